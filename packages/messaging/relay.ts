// Publishes the messages of the outbox to the broker. One relay per database works at a time: it holds an advisory lock on its
// connection. The others stand by and notify it of what their processes have stored. A relay that dies before it moves what it
// has published publishes it again, and the inbox ignores what it has seen.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '@souk/postgres'
import type { Database } from './database.ts'
import { publish, takeNext } from './outbox.ts'
import type { Log, Transport } from './transports/transport.ts'

export interface Relay {
  /** Says that there is something in the outbox. */
  wake(): void
  /** Waits until the batch in progress is published and moved. */
  stop(): Promise<void>
}

const batchSize = 500
/** Between two rounds while messages come steadily, so that one round publishes several. The first one after a pause does not wait. */
const pauseMs = { least: 10, perMessage: 2, most: 64 }
/** Published rows are moved to outbox_sent with the next round, or after this time without one. */
const moveWithinMs = 30
/** Until messages are published again that the broker did not confirm; doubled each time. */
const retryMs = { first: 5, most: 250 }
/** Commits and triggers wake the relay. This poll is for messages of a process that died before it could wake it. */
const pollMs = 3_000
const standbyMs = 2_000
const reconnectMs = 250
/** On this channel, relays that stand by and triggers that store messages (services/users/migrations) notify the working one. */
const channel = 'souk_outbox'

interface RelayOptions {
  database: Database
  transport: Pick<Transport, 'publish'>
  log: Log
  /** Told of each batch: how many messages the broker has confirmed, and how many not. */
  onPublished?: (confirmed: number, unconfirmed: number) => void
}
/** What wakes and ends the work of a relay. */
interface Signals {
  isStopping: boolean
  /** Something was stored since this was last set to false. */
  isWoken: boolean
  sleep(milliseconds: number): Promise<void>
}
/** A connection, and whether it was lost. */
interface Session {
  connection: Connection
  isLost: boolean
}

/** Starts the relay of a database. It connects again whenever it loses its connection. */
export function startRelay(options: RelayOptions): Relay {
  const { database, log } = options
  const { sleep, interrupt } = interruptibleSleep()
  const signals: Signals = { isStopping: false, isWoken: false, sleep }
  function wake(): void {
    signals.isWoken = true
    interrupt()
  }
  async function run(): Promise<void> {
    while (!signals.isStopping) {
      let connection: Connection | undefined
      try {
        connection = await database.connect()
        const session: Session = { connection, isLost: false }
        connection.onEnd(() => {
          session.isLost = true
          interrupt()
        })
        if (await standBy(session, signals)) {
          await connection.listen(channel, wake)
          await relayMessages(session, signals, options)
        }
      } catch (error) {
        if (!signals.isStopping) log.warn({ error: String(error) }, 'The relay failed and starts again.')
        await sleep(reconnectMs)
      } finally {
        await connection?.close().catch(() => undefined) // It may be what was lost.
      }
    }
  }
  const finished = run()
  return {
    wake,
    async stop() {
      signals.isStopping = true
      interrupt()
      await finished
    },
  }
}

/** Returns true when this relay has the lock. Meanwhile it notifies the relay that has it of what this process stores. */
async function standBy(session: Session, signals: Signals): Promise<boolean> {
  const { sql } = session.connection
  while (!signals.isStopping && !session.isLost) {
    const isNews = signals.isWoken
    signals.isWoken = false
    const [lock] = await sql<{ mine: boolean }>`select pg_try_advisory_lock(hashtext('souk-relay')) as mine`
    if (lock?.mine) return !signals.isStopping && !session.isLost
    // Outside the request's transaction, because notifying commits wait for each other.
    if (isNews) await sql`select pg_notify(${channel}, '')`
    if (!signals.isWoken) await signals.sleep(standbyMs)
  }
  return false
}

async function relayMessages(
  session: Session,
  signals: Signals,
  { transport, log, onPublished }: RelayOptions,
): Promise<void> {
  const { connection } = session
  // A power cut may undo the move to outbox_sent; the effect is that of a relay that dies before it moves what it has published.
  await connection.sql`set synchronous_commit = off`
  let published: number[] = []
  let retryInMs = retryMs.first
  while (!signals.isStopping && !session.isLost) {
    signals.isWoken = false
    const rows = await takeNext(connection, published, batchSize)
    published = await publish(rows, transport, log)
    const refused = rows.length - published.length
    onPublished?.(published.length, refused)
    if (rows.length === batchSize && refused === 0) continue
    retryInMs = refused > 0 && published.length === 0 ? Math.min(retryInMs * 2, retryMs.most) : retryMs.first
    if (published.length > 0) await pause(Math.min(pauseMs.least + published.length * pauseMs.perMessage, pauseMs.most))
    if (!signals.isWoken) await signals.sleep(refused > 0 ? retryInMs : published.length > 0 ? moveWithinMs : pollMs)
  }
  if (published.length > 0 && !session.isLost) await takeNext(connection, published, batchSize)
}

/** A sleep that `interrupt` ends. One sleeper at a time. */
function interruptibleSleep() {
  let end: (() => void) | undefined
  return {
    interrupt: () => end?.(),
    sleep: (milliseconds: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(wakeUp, milliseconds)
        end = wakeUp
        function wakeUp() {
          clearTimeout(timer)
          end = undefined
          resolve()
        }
      }),
  }
}
