// Sends queued notifications, each channel by itself. A batch is leased, sent outside of any transaction, and its outcomes are recorded
// in one statement. When a process dies in between, the lease expires and they are sent again with the same message ids.
import { continueTrace } from '@souk/messaging'
import { crashpoint } from '@souk/postgres'
import { beginSpan } from '@souk/service/run/telemetry'
import type { NotificationsContext } from '../context.ts'
import { secretKinds } from '../letters/letter-templates.ts'
import { render } from '../letters/render.ts'
import { countNotification } from '../metrics.ts'
import { leaseDue, type Outcome, recordOutcomes, type StoredNotification } from '../notification-table.ts'
import type { Channel, ChannelName, Delivery } from './channel.ts'
import { findQuiet } from './quiet-recipients.ts'
import { findRefusing, recordRefusals } from './refusing-addresses.ts'

const batchSize = 20
/** A run sends batches for this long while there are more; the next run comes soon. */
const runSeconds = 2

/** The schedule that sends what is due on a channel. */
export function sendOn(name: ChannelName) {
  return async (context: NotificationsContext, stopping: AbortSignal): Promise<void> => {
    const channel = context.resources.channels[name]
    if (!channel) return
    const started = performance.now()
    while (!stopping.aborted && performance.now() - started < runSeconds * 1000) {
      const leased = await sendBatch(name, channel, context, stopping)
      if (leased < batchSize) return
    }
  }
}

/** Sends one batch, over all connections at once. Resolves with how many were leased. */
async function sendBatch(
  name: ChannelName,
  channel: Channel,
  context: NotificationsContext,
  stopping: AbortSignal,
): Promise<number> {
  const { sql, now } = context
  const until = new Date(now().getTime() + channel.leaseSeconds * 1000)
  const leased = await leaseDue(sql, name, now().toISOString(), until.toISOString(), batchSize)
  if (leased.length === 0) return 0
  crashpoint('notifications.before-send')
  const outcomes: Outcome[] = []
  const unsent = await whyNotNow(name, channel, leased, context)
  const deliveries = new Map<string, Delivery>()
  const waiting = [...leased]
  const next = () => (stopping.aborted ? undefined : waiting.shift())
  const sendOneByOne = async () => {
    for (let one = next(); one; one = next()) {
      const reason = unsent.get(one.id)
      if (reason) {
        outcomes.push(reason)
        continue
      }
      const delivery = await send(one, channel, context)
      deliveries.set(one.recipient, delivery)
      outcomes.push(outcomeOf(one, delivery, now(), channel.retrySeconds))
    }
  }
  await Promise.all(Array.from({ length: channel.connections }, sendOneByOne))
  crashpoint('notifications.after-send')
  for (const recorded of await recordOutcomes(sql, outcomes)) countNotification(recorded, now(), context.metrics)
  await recordRefusals(name, deliveries, context)
  return leased.length
}

/** The outcomes of those that are not sent now: quiet hours, an address that takes nothing, an attempt that a crash has ended. */
async function whyNotNow(
  name: ChannelName,
  channel: Channel,
  leased: readonly StoredNotification[],
  context: NotificationsContext,
): Promise<Map<string, Outcome>> {
  const [refusing, quiet] = await Promise.all([findRefusing(name, leased, context), findQuiet(name, leased, context)])
  const at = context.now().toISOString()
  const failed = (id: string, error: string): Outcome => ({ id, status: 'failed', error, at, deletesContent: false })
  return new Map(
    leased.flatMap(({ id, attempts, error }): [string, Outcome][] => {
      const refusal = refusing.get(id)
      if (refusal) return [[id, failed(id, refusal)]]
      if (channel.isTriedOnce && attempts > 1 && error === null)
        return [[id, failed(id, 'Whether it was sent is not known, because its process ended. It is not sent again.')]]
      const until = quiet.get(id)
      if (!until) return []
      const waits = error ?? 'Waits for the end of the quiet hours.'
      return [[id, { ...failed(id, waits), status: 'queued', at: until.toISOString(), isPutOff: true }]]
    }),
  )
}

async function send(stored: StoredNotification, channel: Channel, context: NotificationsContext): Promise<Delivery> {
  const { messageId, recipient, subject, kind, content } = stored
  const parts = render(stored, context)
  if (!parts || !content) return { outcome: 'refused', error: 'The content was deleted before it was sent.' }
  // In the trace of what caused it; the run that sends it may send notifications of many causes.
  const trace = continueTrace(stored.traceparent ?? undefined)
  const span = beginSpan(
    'client',
    `send ${stored.channel}`,
    { trace, service: 'notifications', links: [context.trace] },
    about(stored),
  )
  const delivery = await channel.send({
    messageId,
    recipient,
    subject: parts.title ?? subject,
    kind,
    content,
    ...parts,
  })
  span?.end(delivery.outcome === 'delivered' ? undefined : delivery.outcome)
  return delivery
}

const protocols = { mail: 'smtp', push: 'http', sms: 'http' }
/** Neither to whom nor about what. */
function about({ channel, kind, attempts }: StoredNotification) {
  return { 'network.protocol.name': protocols[channel], 'souk.letter.kind': kind, 'souk.letter.attempt': attempts }
}

/** What the row becomes after an attempt. */
export function outcomeOf(
  { id, kind, attempts }: Pick<StoredNotification, 'id' | 'kind' | 'attempts'>,
  delivery: Delivery,
  now: Date,
  retrySeconds: readonly number[],
): Outcome {
  const at = now.toISOString()
  if (delivery.outcome === 'delivered') return { id, status: 'sent', at, deletesContent: secretKinds.includes(kind) }
  const wait = retrySeconds[attempts - 1]
  const { error } = delivery
  if (delivery.outcome === 'refused' || wait === undefined)
    return { id, status: 'failed', error, at, deletesContent: false }
  const nextAttempt = new Date(now.getTime() + Math.max(wait, Math.min(delivery.waitSeconds ?? 0, 86_400)) * 1000)
  return { id, status: 'queued', error, at: nextAttempt.toISOString(), deletesContent: false }
}
