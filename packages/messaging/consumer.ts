// Makes a service react to messages, each exactly once in effect: the inbox row and the effect commit together, and only
// then is the message done. A batch is one transaction; when one of its messages fails, they are taken one by one, the
// failing one is set aside (dead_letter) and tried again later, and only the messages of its own key wait behind it.
import { setTimeout as pause } from 'node:timers/promises'
import type { MessageDefinition } from '@souk/contracts'
import { crashpoint, isTransient } from '@souk/postgres'
import type { Database, Transaction } from './database.ts'
import type { Envelope, Origin } from './envelope.ts'
import { continueTrace, type Trace } from './trace.ts'
import type { Log, Subscription, Transport } from './transports/transport.ts'

export type Reaction = (envelope: Envelope, transaction: Transaction, trace: Trace) => Promise<void>
/** Thrown by a reaction for a message that will never succeed: it is set aside at once, without tries. */
export class Unprocessable extends Error {
  override name = 'Unprocessable'
}

export interface ConsumerOptions {
  database: Database
  transport: Transport
  /** The consumer's name: the service. */
  group: string
  /** What to do, by message type. */
  reactions: ReadonlyMap<string, readonly Reaction[]>
  definitions: ReadonlyMap<string, MessageDefinition>
  check: (definition: MessageDefinition, data: unknown) => string | undefined
  /** Says that the reactions to a message will never have anything to do: it is only recorded. */
  isKnown?: (envelope: Envelope) => boolean
  log: Log
  /** Seconds until each further try; after the last the message is dead. */
  retrySeconds?: readonly number[]
  /** Called when the handling of a message begins. What it returns is called when the handling has ended. */
  onHandling?: (envelope: Envelope, trace: Trace) => Ended
}
type Ended = (outcome: 'done' | 'repeated' | 'failed', milliseconds: number) => void

const defaultRetrySeconds = [0.1, 0.5, 2, 5, 30, 120, 600, 600]
/** Nobody waits for messages that are only recorded, so one statement records what comes within this time. */
const recordMs = 50
const retryPollMs = 100
const lookEvery = 20

export async function startConsumer(options: ConsumerOptions): Promise<Subscription> {
  const { database, transport, group, log } = options
  const retrySeconds = options.retrySeconds ?? defaultRetrySeconds
  let stopping = false
  let retrying: Promise<void> = Promise.resolve()
  /** Of the messages that are being handled. When a message is tried again, only its last try is reported. */
  const ended = new WeakMap<Envelope, Ended>()

  const subscription = await transport.subscribe(group, [...options.reactions.keys()], deliver)
  // The database is asked often while this process knows of a message that waits, and now and then for what others left.
  let isWaiting = true
  let skipped = 0
  let isRetrying = false
  const timer = setInterval(() => {
    if (isRetrying || (!isWaiting && ++skipped < lookEvery)) return
    skipped = 0
    isRetrying = true
    retrying = retryDue()
      .catch((error) => log.warn({ error: String(error) }, 'Set-aside messages could not be retried.'))
      .finally(() => {
        isRetrying = false
      })
  }, retryPollMs)

  return {
    async close() {
      stopping = true
      clearInterval(timer)
      await subscription.close()
      await retrying
    },
  }

  async function deliver(batch: Envelope[]): Promise<void> {
    const started = performance.now()
    try {
      if (options.isKnown && batch.every(options.isKnown)) return await record(batch)
      const origin = originOf(batch[0])
      const outcomes = await database.transaction(async (transaction) => {
        const fresh = await claim(batch, transaction)
        // A batch may hold one message twice: the first of them takes effect.
        const left = new Set(fresh)
        for (const envelope of batch) if (left.delete(envelope.id)) await react(envelope, transaction, origin)
        return fresh
      }, origin)
      crashpoint(`${group}.after-reaction`)
      const each = (performance.now() - started) / batch.length
      for (const envelope of batch) report(envelope, outcomes.has(envelope.id) ? 'done' : 'repeated', each)
    } catch (error) {
      if (isTransient(error)) throw error // Nothing is wrong with the messages: the broker delivers them again.
      for (const envelope of batch) await deliverAlone(envelope)
    }
  }

  /** Messages without an effect to come need neither a transaction nor their turn behind others of their key. */
  async function record(batch: Envelope[]): Promise<void> {
    await pause(recordMs)
    const rows = await database.sql<{ eventId: string }>`
      insert into inbox (consumer, event_id)
      select ${group}, event_id from unnest(${batch.map((it) => it.id)}::uuid[]) as known (event_id)
      on conflict do nothing
      returning event_id`
    const fresh = new Set(rows.map((row) => row.eventId))
    for (const envelope of batch) report(envelope, fresh.has(envelope.id) ? 'done' : 'repeated', 0)
  }

  /** Which of these are new, and not behind a set-aside message of their key. Those behind one are set aside too. */
  async function claim(batch: Envelope[], { sql }: Transaction): Promise<Set<string>> {
    const rows = await sql<{ eventId: string }>`
      insert into inbox (consumer, event_id)
      select ${group}, event_id
      from unnest(${batch.map((it) => it.id)}::uuid[], ${batch.map((it) => it.subject)}::text[]) as wanted (event_id, key)
      where key <> all(array(select key from dead_letter where consumer = ${group} and status = 'retrying'))
      on conflict do nothing
      returning event_id`
    const fresh = new Set(rows.map((row) => row.eventId))
    if (fresh.size < batch.length)
      await setAsideBehind(
        batch.filter((it) => !fresh.has(it.id)),
        sql,
      )
    return fresh
  }

  /**
   * Of those that are not new: what has not been handled waits behind another. Not asked again is what for: it may have
   * succeeded since, and whoever is then neither handled nor set aside is lost.
   */
  async function setAsideBehind(rest: Envelope[], sql: Transaction['sql']): Promise<void> {
    isWaiting = true
    await sql`
      insert into dead_letter (consumer, event_id, type, key, envelope, status, error)
      select ${group}, (e ->> 'id')::uuid, e ->> 'type', e ->> 'subject', e, 'retrying', 'Waits behind an earlier message of its key.'
      from json_array_elements(${JSON.stringify(rest)}::json) as e
      where not exists (select from inbox i where i.consumer = ${group} and i.event_id = (e ->> 'id')::uuid)
      on conflict do nothing`
  }

  async function deliverAlone(envelope: Envelope): Promise<void> {
    const started = performance.now()
    try {
      const origin = originOf(envelope)
      const isNew = await database.transaction(async (transaction) => {
        const fresh = await claim([envelope], transaction)
        if (fresh.size > 0) await react(envelope, transaction, origin)
        return fresh.size > 0
      }, origin)
      report(envelope, isNew ? 'done' : 'repeated', performance.now() - started)
    } catch (error) {
      if (isTransient(error)) throw error
      await setAside(envelope, error)
      report(envelope, 'failed', performance.now() - started)
    }
  }

  /** `origin` is what the transaction stamps on the messages it sends: here, the trace of the message at hand. */
  async function react(envelope: Envelope, transaction: Transaction, origin: Origin): Promise<void> {
    origin.trace = begin(envelope)
    if (options.isKnown?.(envelope)) return
    const definition = options.definitions.get(envelope.type)
    const wrong = definition ? options.check(definition, envelope.data) : 'nobody has declared this type'
    if (wrong) throw new Unprocessable(`This message is not what its contract says: ${wrong}`)
    for (const reaction of options.reactions.get(envelope.type) ?? [])
      await reaction(envelope, transaction, origin.trace)
  }

  async function setAside(envelope: Envelope, error: unknown): Promise<void> {
    isWaiting = true
    const dead = error instanceof Unprocessable
    await database.sql`
      insert into dead_letter (consumer, event_id, type, key, envelope, status, attempts, next_attempt_at, error)
      values (${group}, ${envelope.id}, ${envelope.type}, ${envelope.subject}, ${JSON.stringify(envelope)},
        ${dead ? 'dead' : 'retrying'}, 1, clock_timestamp() + make_interval(secs => ${retrySeconds[0] ?? 1}), ${String(error)})
      on conflict (consumer, event_id) do nothing`
    log.warn(
      { type: envelope.type, eventId: envelope.id, key: envelope.subject, error: String(error), dead },
      'A message was set aside.',
    )
  }

  /** Tries the oldest set-aside message of each key whose time has come. */
  async function retryDue(): Promise<void> {
    isWaiting ||= await isAnyWaiting()
    if (!isWaiting) return
    const due = await database.sql<{ eventId: string }>`
      select d.event_id from dead_letter d
      where d.consumer = ${group} and d.status = 'retrying' and d.next_attempt_at <= clock_timestamp()
        and not exists (
          select from dead_letter earlier
          where earlier.consumer = d.consumer and earlier.key = d.key and earlier.status = 'retrying' and earlier.position < d.position)
      order by d.position
      limit 100`
    for (const { eventId } of due) if (!stopping) await retry(eventId)
    isWaiting = await isAnyWaiting()
  }

  async function isAnyWaiting(): Promise<boolean> {
    const [row] = await database.sql<{ waiting: boolean }>`
      select exists (select from dead_letter where consumer = ${group} and status = 'retrying') as waiting`
    return row?.waiting ?? true
  }

  async function retry(eventId: string): Promise<void> {
    const started = performance.now()
    let taken: { envelope: Envelope; attempts: number } | undefined
    const origin = originOf(undefined)
    try {
      await database.transaction(async (transaction) => {
        const [row] = await transaction.sql<{ envelope: Envelope; attempts: number }>`
          delete from dead_letter
          where consumer = ${group} and event_id = (
            select event_id from dead_letter
            where consumer = ${group} and event_id = ${eventId} and status = 'retrying'
            for update skip locked)
          returning envelope, attempts`
        if (!row) return
        taken = row
        const fresh = await transaction.sql`
          insert into inbox (consumer, event_id) values (${group}, ${eventId}) on conflict do nothing returning event_id`
        if (fresh.length > 0) await react(row.envelope, transaction, origin)
      }, origin)
      if (taken) report(taken.envelope, 'done', performance.now() - started)
    } catch (error) {
      if (isTransient(error) || !taken) throw error
      const attempts = taken.attempts + 1
      const wait = retrySeconds[attempts - 1]
      await database.sql`
        update dead_letter
        set attempts = ${attempts}, error = ${String(error)},
          status = ${wait === undefined || error instanceof Unprocessable ? 'dead' : 'retrying'},
          next_attempt_at = clock_timestamp() + make_interval(secs => ${wait ?? 0})
        where consumer = ${group} and event_id = ${eventId}`
      report(taken.envelope, 'failed', performance.now() - started)
    }
  }

  function begin(envelope: Envelope): Trace {
    const trace = continueTrace(envelope.traceparent)
    if (options.onHandling) ended.set(envelope, options.onHandling(envelope, trace))
    return trace
  }

  function report(envelope: Envelope, outcome: 'done' | 'repeated' | 'failed', milliseconds: number): void {
    if (!ended.has(envelope)) begin(envelope)
    ended.get(envelope)?.(outcome, milliseconds)
  }
}

function originOf(envelope: Envelope | undefined): Origin {
  return { trace: continueTrace(envelope?.traceparent) }
}
