// Carries messages from the outbox to the broker. It claims by state, never by position: a cursor on the id would skip a
// row whose transaction commits late. One relay per database works at a time, held by an advisory lock on its connection;
// the others stand by and tell it what their processes have stored. A relay that dies between publish and delete publishes
// again, and the inbox ignores what it has seen.
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, crashpoint } from '@souk/postgres'
import type { Database } from './database.ts'
import type { Log, Transport } from './transports/transport.ts'

export interface Relay {
  /** There is something in the outbox. */
  wake(): void
  stop(): Promise<void>
}

const batchSize = 500
/** Between two rounds while messages come steadily: one round for several of them. The first after a quiet time does not wait. */
const pauseMs = { least: 10, perMessage: 2, most: 64 }
/** What is published moves to outbox_sent with the next round, or after this time when there is none. */
const moveWithinMs = 30
/** Until what the broker did not confirm is published again; doubled each time. */
const retryMs = { first: 5, most: 250 }
/** Commits wake the relay. This look is for what a process stored that died before it could do so. */
const lookEveryMs = 2_000
const standbyMs = 2_000
const reconnectMs = 250
/** By this channel relays that stand by tell the working one of messages. */
const channel = 'souk_outbox'

interface Waiting {
  id: number
  eventId: string
  type: string
  key: string
  json: string
}

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
        await sleep(reconnectMs)
      } finally {
        await connection?.close().catch(() => undefined) // It may be what was lost.
      }
    }
  })()

  async function lead(connection: Connection, isLost: () => boolean): Promise<void> {
    await standBy(connection, isLost)
    if (stopping || isLost()) return
    const { sql } = connection
    // A power cut that undoes the move to outbox_sent is a relay that died between publish and delete.
    await sql`set synchronous_commit = off`
    await connection.listen(channel, wake)
    let published: number[] = []
    let retryInMs = retryMs.first
    while (!stopping && !isLost()) {
      awake = false
      const rows = await takeNext(connection, published)
      published = rows.length > 0 ? await publish(rows) : []
      const refused = rows.length - published.length
      if (rows.length === batchSize && refused === 0) continue
      retryInMs = refused > 0 && published.length === 0 ? Math.min(retryInMs * 2, retryMs.most) : retryMs.first
      if (published.length > 0)
        await pause(Math.min(pauseMs.least + published.length * pauseMs.perMessage, pauseMs.most))
      if (!awake) await sleep(refused > 0 ? retryInMs : published.length > 0 ? moveWithinMs : lookEveryMs)
    }
    if (published.length > 0 && !isLost()) await takeNext(connection, published)
  }

  /** Resolves when this relay has the lock. Meanwhile it tells whoever has it of what this process stores. */
  async function standBy({ sql }: Connection, isLost: () => boolean): Promise<void> {
    while (!stopping && !isLost()) {
      const isNews = awake
      awake = false
      const [lock] = await sql<{ mine: boolean }>`select pg_try_advisory_lock(hashtext('souk-relay')) as mine`
      if (lock?.mine) return
      // Outside the request's transaction, because notifying commits wait for each other.
      if (isNews) await sql`select pg_notify(${channel}, '')`
      if (!awake) await sleep(standbyMs)
    }
  }

  /**
   * Moves what is published and reads the oldest that is not, in one round trip. No rows are held while the relay waits.
   */
  async function takeNext({ sql }: Connection, published: readonly number[]): Promise<Waiting[]> {
    if (published.length === 0) {
      return sql<Waiting>`
        select id, event_id, type, key, envelope::text as json
        from outbox
        order by id
        limit ${batchSize}`
    }
    const rows = await sql<Waiting>`
      with gone as (
        delete from outbox where id = any(${published}::bigint[])
        returning id, event_id, type, key, envelope, created_at
      ), moved as (
        insert into outbox_sent (id, event_id, type, key, envelope, created_at)
        select id, event_id, type, key, envelope, created_at from gone
      )
      select id, event_id, type, key, envelope::text as json
      from outbox
      where id not in (select id from gone)
      order by id
      limit ${batchSize}`
    crashpoint('relay.after-delete')
    return rows
  }

  /** Returns the ids of the rows that the broker has confirmed. */
  async function publish(rows: readonly Waiting[]): Promise<number[]> {
    crashpoint('relay.before-publish')
    const confirmed = await transport.publish(
      rows.map(({ eventId, type, key, json }) => ({ id: eventId, type, key, json })),
    )
    crashpoint('relay.after-publish')
    const ids = rows.filter((row) => confirmed.has(row.eventId)).map((row) => row.id)
    if (ids.length < rows.length)
      log.warn({ unconfirmed: rows.length - ids.length }, 'The broker did not confirm some messages.')
    return ids
  }

  function wake(): void {
    awake = true
    wakeUp?.()
  }

  return {
    wake,
    async stop() {
      stopping = true
      wakeUp?.()
      await finished
    },
  }
}
