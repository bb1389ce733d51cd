// Sends what is queued. A batch is taken for a while, sent outside of any transaction, and its outcomes are noted in one
// statement. A process that dies in between has its mails sent again when their while is over, under the same message ids.
import { crashpoint } from '@souk/postgres'
import type { NotificationsContext } from '../context.ts'
import { secretKinds } from '../letters/letter-templates.ts'
import { writeMail } from '../letters/write-mail.ts'
import { noteOutcomes, type Outcome, takeDue, type WithContent } from '../notification-table.ts'
import type { Channel, Delivery } from './channel.ts'
import { smtpConnections } from './smtp-channel.ts'

const batchSize = 20
/** Longer than the slowest batch: 20 mails over 5 connections, at most 12 seconds each. */
const takenSeconds = 60
/** How long one turn goes on while there is more to send; the next comes soon. */
const turnSeconds = 2
const minute = 60
const hour = 60 * minute
/** Seconds until each further attempt; after the last it has failed. The whole takes a day. */
export const retrySeconds = [30, 2 * minute, 10 * minute, hour, 4 * hour, 8 * hour, 11 * hour]

export async function sendMails(context: NotificationsContext, stopping: AbortSignal): Promise<void> {
  const { mail } = context.resources
  if (!mail) return
  const started = performance.now()
  while (!stopping.aborted && performance.now() - started < turnSeconds * 1000) {
    const taken = await sendBatch(mail, context, stopping)
    if (taken < batchSize) return
  }
}

async function sendBatch(mail: Channel, context: NotificationsContext, stopping: AbortSignal): Promise<number> {
  const { sql, now } = context
  const until = new Date(now().getTime() + takenSeconds * 1000)
  const due = await takeDue(sql, now().toISOString(), until.toISOString(), batchSize)
  if (due.length === 0) return 0
  crashpoint('notifications.before-send')
  const outcomes: Outcome[] = []
  const waiting = [...due]
  const next = () => (stopping.aborted ? undefined : waiting.shift())
  const sendOn = async () => {
    for (let row = next(); row; row = next()) {
      const delivery = await sendOne(mail, row, context)
      outcomes.push(outcomeOf(row, delivery, now()))
      context.metrics.count('souk_notifications_total', { kind: row.kind, outcome: delivery.outcome })
    }
  }
  await Promise.all(Array.from({ length: smtpConnections }, sendOn))
  crashpoint('notifications.after-send')
  await noteOutcomes(sql, outcomes)
  return due.length
}

async function sendOne(mail: Channel, row: WithContent, context: NotificationsContext): Promise<Delivery> {
  const { messageId, recipient, subject } = row
  const parts = writeMail(row, context)
  if (!parts) return { outcome: 'refused', error: 'What it said was forgotten before it could be sent.' }
  return mail.send({ messageId, recipient, subject, ...parts })
}

/** What an attempt means for the row. Pure. */
export function outcomeOf({ id, kind, attempts }: WithContent, delivery: Delivery, now: Date): Outcome {
  const at = now.toISOString()
  if (delivery.outcome === 'delivered') return { id, status: 'sent', at, forget: secretKinds.includes(kind) }
  const wait = retrySeconds[attempts - 1]
  const { error } = delivery
  if (delivery.outcome === 'refused' || wait === undefined) return { id, status: 'failed', error, at, forget: false }
  return { id, status: 'queued', error, at: new Date(now.getTime() + wait * 1000).toISOString(), forget: false }
}
