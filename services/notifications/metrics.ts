// What the notifications service counts. An outcome is counted by the process that has stored it. A process that dies between the commit
// and the count loses the count; the table `notification` is the record.
import { counter, type Figures, histogram, type Metrics, mostCounted } from '@souk/service'
import type { RecordedMail } from './notification-table.ts'

const mails = counter(
  'souk_mails_total',
  'Mails by outcome: accepted by the mail server (sent), given up (failed), to be tried again (retried), above the limit of its mailbox (suppressed)',
  'outcome',
  ['sent', 'failed', 'retried', 'suppressed'],
)
/** With the bound of our objective: 5 minutes. */
const mailAge = histogram(
  'souk_mail_age_seconds',
  'From the event that a mail tells of to the mail server’s acceptance',
  [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 86_400],
)
export const mailMetrics = [mails, mailAge]

/** Counts a mail whose attempt has an outcome. */
export function countMail({ cause, status }: RecordedMail, now: Date, metrics: Metrics): void {
  metrics.count(mails, status === 'queued' ? 'retried' : status)
  const since = timeOf(cause)
  if (status === 'sent' && since !== undefined) metrics.observe(mailAge, Math.max(0, now.getTime() - since) / 1000)
}

/** Counts new mails that have their outcome from the start: without a mail server they are sent into the shop's own mailbox. */
export function countStored(stored: readonly RecordedMail[], now: Date, metrics: Metrics): void {
  for (const mail of stored) if (mail.status !== 'queued') countMail(mail, now, metrics)
}

/** The time in a UUIDv7, in milliseconds since 1970; undefined for other ids. */
function timeOf(id: string): number | undefined {
  return id[14] !== '7' ? undefined : Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Mails that wait, which are few: an index holds only them. */
export const mailFigures: Figures = {
  metrics: [
    { name: 'souk_mails_queued', help: 'Mails that wait to be sent, at most 10001', perService: false },
    { name: 'souk_mails_oldest_seconds', help: 'Age of the oldest mail that waits to be sent', perService: false },
  ],
  select: (sql) => sql`
    select figure.metric, '' as label, figure.value
    from (
      select count(*)::float as queued, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as oldest
      from (select created_at from notification where status = 'queued' limit ${mostCounted}) as waiting
    ) as mails
    cross join lateral (values ('souk_mails_queued', queued), ('souk_mails_oldest_seconds', oldest)) as figure (metric, value)`,
}
