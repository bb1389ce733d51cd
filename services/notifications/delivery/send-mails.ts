// Sends queued mails. A batch is leased, sent outside of any transaction, and its outcomes are recorded in one statement. When
// a process dies in between, the lease expires and the mails are sent again with the same message ids.
import { continueTrace } from '@souk/messaging'
import { crashpoint } from '@souk/postgres'
import { beginSpan } from '@souk/service/run/telemetry'
import type { NotificationsContext } from '../context.ts'
import { secretKinds } from '../letters/letter-templates.ts'
import { renderMail } from '../letters/render-mail.ts'
import { countMail } from '../metrics.ts'
import { leaseDueMails, type Outcome, recordOutcomes, type StoredMail } from '../notification-table.ts'
import type { Channel, Delivery } from './channel.ts'
import { smtpConnections } from './smtp-channel.ts'

const batchSize = 20
/** Longer than the slowest batch: 20 mails over 5 connections, at most 12 seconds each. */
const leaseSeconds = 60
/** A run sends batches for this long while there are more; the next run comes soon. */
const runSeconds = 2
const minute = 60
const hour = 60 * minute
/** Seconds until each further attempt; the mail has failed after the last one. Together they take a day. */
export const retrySeconds = [30, 2 * minute, 10 * minute, hour, 4 * hour, 8 * hour, 11 * hour]

export async function sendMails(context: NotificationsContext, stopping: AbortSignal): Promise<void> {
  const { channel } = context.resources
  if (!channel) return
  const started = performance.now()
  while (!stopping.aborted && performance.now() - started < runSeconds * 1000) {
    const leased = await sendBatch(channel, context, stopping)
    if (leased < batchSize) return
  }
}

/** Sends one batch, over all connections at once. Resolves with the number of mails that were leased. */
async function sendBatch(channel: Channel, context: NotificationsContext, stopping: AbortSignal): Promise<number> {
  const { sql, now } = context
  const until = new Date(now().getTime() + leaseSeconds * 1000)
  const mails = await leaseDueMails(sql, now().toISOString(), until.toISOString(), batchSize)
  if (mails.length === 0) return 0
  crashpoint('notifications.before-send')
  const outcomes: Outcome[] = []
  const waiting = [...mails]
  const next = () => (stopping.aborted ? undefined : waiting.shift())
  const sendOneByOne = async () => {
    for (let mail = next(); mail; mail = next()) {
      const delivery = await send(mail, channel, context)
      outcomes.push(outcomeOf(mail, delivery, now()))
    }
  }
  await Promise.all(Array.from({ length: smtpConnections }, sendOneByOne))
  crashpoint('notifications.after-send')
  for (const recorded of await recordOutcomes(sql, outcomes)) countMail(recorded, now(), context.metrics)
  return mails.length
}

async function send(mail: StoredMail, channel: Channel, context: NotificationsContext): Promise<Delivery> {
  const { messageId, recipient, subject } = mail
  const parts = renderMail(mail, context)
  if (!parts) return { outcome: 'refused', error: 'The content of this letter was deleted before it was sent.' }
  // In the trace of what caused the letter; the run that sends it may send letters of many causes.
  const trace = continueTrace(mail.traceparent ?? undefined)
  const span = beginSpan(
    'client',
    'send mail',
    { trace, service: 'notifications', links: [context.trace] },
    about(mail),
  )
  const delivery = await channel.send({ messageId, recipient, subject, ...parts })
  span?.end(delivery.outcome === 'delivered' ? undefined : delivery.outcome)
  return delivery
}

/** Neither to whom nor about what. */
function about({ kind, attempts }: StoredMail) {
  return { 'network.protocol.name': 'smtp', 'souk.letter.kind': kind, 'souk.letter.attempt': attempts }
}

/** What the row becomes after an attempt. */
export function outcomeOf({ id, kind, attempts }: StoredMail, delivery: Delivery, now: Date): Outcome {
  const at = now.toISOString()
  if (delivery.outcome === 'delivered') return { id, status: 'sent', at, deletesContent: secretKinds.includes(kind) }
  const wait = retrySeconds[attempts - 1]
  const { error } = delivery
  if (delivery.outcome === 'refused' || wait === undefined)
    return { id, status: 'failed', error, at, deletesContent: false }
  const nextAttempt = new Date(now.getTime() + wait * 1000).toISOString()
  return { id, status: 'queued', error, at: nextAttempt, deletesContent: false }
}
