// What the notifications service counts, by channel. An outcome is counted by the process that has stored it. A process that dies between
// the commit and the count loses the count; the table `notification` is the record.
import { counter, type Figures, histogram, type Metrics, mostCounted } from '@souk/service'
import type { ChannelName } from './delivery/channel.ts'
import type { RecordedNotification } from './notification-table.ts'

const outcomes = ['sent', 'failed', 'retried', 'suppressed']
const mails = counter(
  'souk_mails_total',
  'Mails by outcome: accepted by the mail server (sent), given up (failed), to be tried again (retried), above the limit of its mailbox (suppressed)',
  'outcome',
  outcomes,
)
const pushes = counter(
  'souk_pushes_total',
  'Pushes by outcome: accepted by the push service (sent), given up or to a browser that is gone (failed), to be tried again or after quiet hours (retried)',
  'outcome',
  outcomes,
)
const texts = counter(
  'souk_texts_total',
  'Text messages by outcome: accepted by the provider (sent), given up or of unclear outcome (failed), to be tried again or after quiet hours (retried)',
  'outcome',
  outcomes,
)
const counters = { mail: mails, push: pushes, sms: texts }
/** With the bound of our objective: 5 minutes. */
const mailAge = histogram(
  'souk_mail_age_seconds',
  'From the event that a mail tells of to the mail server’s acceptance',
  [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 86_400],
)
export const notificationMetrics = [mails, pushes, texts, mailAge]

/** Counts a notification whose attempt has an outcome. */
export function countNotification({ channel, cause, status }: RecordedNotification, now: Date, metrics: Metrics): void {
  metrics.count(counters[channel], status === 'queued' ? 'retried' : status)
  const since = timeOf(cause)
  if (channel === 'mail' && status === 'sent' && since !== undefined)
    metrics.observe(mailAge, Math.max(0, now.getTime() - since) / 1000)
}

/** Counts those that have their outcome from the start: without a mail server, mails are sent into the shop's own mailbox. */
export function countStored(stored: readonly RecordedNotification[], now: Date, metrics: Metrics): void {
  for (const one of stored) if (one.status !== 'queued') countNotification(one, now, metrics)
}

/** The time in a UUIDv7, in milliseconds since 1970; undefined for other ids. */
function timeOf(id: string): number | undefined {
  return id[14] !== '7' ? undefined : Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

const namesOfChannels: Record<ChannelName, [plural: string, about: string]> = {
  mail: ['mails', 'Mails'],
  push: ['pushes', 'Pushes'],
  sms: ['texts', 'Text messages'],
}
/** What waits on each channel, which is little: an index holds only that. */
export const notificationFigures: Figures[] = Object.entries(namesOfChannels).map(([channel, [plural, about]]) => {
  const queued = `souk_${plural}_queued`
  const oldest = `souk_${plural}_oldest_seconds`
  return {
    metrics: [
      { name: queued, help: `${about} that wait to be sent, at most 10001`, perService: false },
      { name: oldest, help: `Age of the oldest of the ${about.toLowerCase()} that wait to be sent`, perService: false },
    ],
    select: (sql) => sql`
      select figure.metric, '' as label, figure.value
      from (
        select count(*)::float as queued, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as oldest
        from (select created_at from notification where status = 'queued' and channel = ${channel} limit ${mostCounted}) as waiting
      ) as waiting
      cross join lateral (values (${queued}, queued), (${oldest}, oldest)) as figure (metric, value)`,
  }
})
