// Carries messages from the outbox to the broker. It claims by state, never by position: a cursor on the id would skip a
// row whose transaction commits late. One relay per database works at a time, held by an advisory lock on its connection;
// others stand by. A relay that dies between publish and delete publishes again, and the inbox shrugs.
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, crashpoint } from '@souk/postgres'
import type { Database } from './database.ts'
import type { Log, SerializedMessage, Transport } from './transports/transport.ts'

export interface Relay {
  /** There is something in the outbox. */
  wake(): void
  stop(): Promise<void>
}

const batchSize = 500
const shortestWaitMs = 5
const longestWaitMs = 250
const mostPauseMs = 64
const standbyMs = 2_000

export function startRelay({
  database,
  transport,
  log,
}: {
  database: Database
  transport: Transport
  log: Log
}): Relay {
  let stopping = false
  let awake = false
  let wakeUp: (() => void) | undefined

  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, milliseconds)
      wakeUp = done
      function done() {
        clearTimeout(timer)
        wakeUp = undefined
        resolve()
      }
    })

  const finished = (async () => {
    while (!stopping) {
      let connection: Connection | undefined
      try {
        connection = await database.connect()
        let lost = false
        connection.onEnd(() => {
          lost = true
          wakeUp?.()
        })
        await lead(connection, () => lost)
      } catch (error) {
        if (!stopping) log.warn({ error: String(error) }, 'The relay lost its way and starts again.')
        await sleep(longestWaitMs)
      } finally {
        await connection?.close().catch(() => undefined) // It may be what was lost.
      }
    }
  })()

  async function lead(connection: Connection, isLost: () => boolean): Promise<void> {
    const { sql } = connection
    while (!stopping && !isLost()) {
      const [lock] = await sql<{ mine: boolean }>`select pg_try_advisory_lock(hashtext('souk-relay')) as mine`
      if (lock?.mine) break
      await sleep(standbyMs)
    }
    // A power cut that undoes the move to outbox_sent is a relay that died between publish and delete.
    await sql`set synchronous_commit = off`
    let waitMs = shortestWaitMs
    while (!stopping && !isLost()) {
      awake = false
      const { found, sent } = await publishOldest(connection)
      if (sent > 0) waitMs = shortestWaitMs
      // A crowd is not carried one by one: the more there were just now, the longer is waited for the next.
      if (found < batchSize) await pause(Math.min(sent * 2, mostPauseMs))
      if (sent < batchSize && !awake) {
        await sleep(waitMs)
        waitMs = Math.min(waitMs * 2, longestWaitMs)
      }
    }
  }

  /** Carries the oldest. On its own, so that a relay that pauses holds none of them in memory any more. */
  async function publishOldest({ sql }: Connection): Promise<{ found: number; sent: number }> {
    const rows = await sql<{ id: number; eventId: string; type: string; key: string; json: string }>`
      select id, event_id, type, key, envelope::text as json
      from outbox
      order by id
      limit ${batchSize}`
    if (rows.length === 0) return { found: 0, sent: 0 }
    const messages: SerializedMessage[] = rows.map(({ eventId, type, key, json }) => ({ id: eventId, type, key, json }))
    crashpoint('relay.before-publish')
    const confirmed = await transport.publish(messages)
    crashpoint('relay.after-publish')
    const ids = rows.filter((row) => confirmed.has(row.eventId)).map((row) => row.id)
    await sql`
      with gone as (
        delete from outbox where id = any(${ids}::bigint[])
        returning id, event_id, type, key, envelope, created_at
      )
      insert into outbox_sent (id, event_id, type, key, envelope, created_at)
      select id, event_id, type, key, envelope, created_at from gone`
    crashpoint('relay.after-delete')
    if (ids.length < rows.length)
      log.warn({ unconfirmed: rows.length - ids.length }, 'The broker did not confirm some messages.')
    return { found: rows.length, sent: ids.length }
  }

  return {
    wake() {
      awake = true
      wakeUp?.()
    },
    async stop() {
      stopping = true
      wakeUp?.()
      await finished
    },
  }
}
