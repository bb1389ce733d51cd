// Makes a service react to messages, each exactly once in effect: the inbox row and the effect commit together, and only
// then is the message done. A batch is one transaction. When one of its messages fails, they are handled one by one: the
// failing one is set aside (dead_letter) and retried later, and only the messages of its own key wait behind it.
import { setTimeout as pause } from 'node:timers/promises'
import { crashpoint, isTransient, type Sql } from '@souk/postgres'
import type { Envelope } from './envelope.ts'
import { claimNew, record } from './inbox.ts'
import { type HandlerOptions, type MessageHandler, messageHandler, originOf } from './message-handler.ts'
import { makeRetries, type Retries, type RetryOptions } from './retry-set-aside.ts'
import { setAsideBehind, setAsideFailed } from './set-aside.ts'
import type { Subscription, Transport } from './transports/transport.ts'

export interface ConsumerOptions extends HandlerOptions, RetryOptions {
  transport: Transport
}

/** Nobody waits for messages that are only recorded, so one statement records what comes within this time. */
const recordMs = 50

/** Subscribes the group to all types that it has reactions to. Close the subscription to stop reactions and retries. */
export async function startConsumer(options: ConsumerOptions): Promise<Subscription> {
  const handler = messageHandler(options)
  const retries = makeRetries(options, handler)
  const types = [...options.reactions.keys()]
  const subscription = await options.transport.subscribe(options.group, types, delivery(options, handler, retries))
  retries.start()
  return {
    async close() {
      const stopped = retries.stop()
      await subscription.close()
      await stopped
    },
  }
}

/** Returns the function that handles a batch. It throws when the database is unavailable; the transport then delivers again. */
function delivery(
  { database, group, isKnown, log }: ConsumerOptions,
  { react, report }: MessageHandler,
  retries: Retries,
): (batch: Envelope[]) => Promise<void> {
  return async function deliver(batch) {
    const started = performance.now()
    try {
      if (isKnown && batch.every(isKnown)) return await recordOnly(batch)
      const origin = originOf(batch[0])
      const fresh = await database.transaction(async (transaction) => {
        const claimed = await claim(batch, transaction.sql)
        // A batch may hold one message twice: the first of them takes effect.
        const left = new Set(claimed)
        for (const envelope of batch) if (left.delete(envelope.id)) await react(envelope, transaction, origin)
        return claimed
      }, origin)
      crashpoint(`${group}.after-reaction`)
      const each = (performance.now() - started) / batch.length
      for (const envelope of batch) report(envelope, fresh.has(envelope.id) ? 'done' : 'repeated', each)
    } catch (error) {
      if (isTransient(error)) throw error // Nothing is wrong with the messages.
      for (const envelope of batch) await deliverAlone(envelope)
    }
  }

  /** Messages without an effect to come need neither a transaction nor their turn behind others of their key. */
  async function recordOnly(batch: readonly Envelope[]): Promise<void> {
    await pause(recordMs)
    const ids = batch.map((one) => one.id)
    const fresh = await record(group, ids, database.sql)
    for (const envelope of batch) report(envelope, fresh.has(envelope.id) ? 'done' : 'repeated', 0)
  }

  /** The ids of the messages to handle. The others were handled before, or are set aside behind an earlier message of their key. */
  async function claim(batch: readonly Envelope[], sql: Sql): Promise<Set<string>> {
    const fresh = await claimNew(group, batch, sql)
    const rest = batch.filter((one) => !fresh.has(one.id))
    if (rest.length > 0) {
      retries.expect()
      await setAsideBehind(group, rest, sql)
    }
    return fresh
  }

  async function deliverAlone(envelope: Envelope): Promise<void> {
    const started = performance.now()
    try {
      const origin = originOf(envelope)
      const isNew = await database.transaction(async (transaction) => {
        const fresh = await claim([envelope], transaction.sql)
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

  async function setAside(envelope: Envelope, error: unknown): Promise<void> {
    const { id: eventId, type, subject: key } = envelope
    const retryIn = retries.secondsAfter(1, error)
    retries.expect()
    await setAsideFailed(group, envelope, error, retryIn, database.sql)
    log.warn({ type, eventId, key, error: String(error), dead: retryIn === 'never' }, 'A message was set aside.')
  }
}
