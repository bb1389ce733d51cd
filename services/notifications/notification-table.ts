// The SQL of the notification table: insert a notification, lease those that are due, record how sending went, read them.

import { randomUUIDv7 } from 'node:crypto'
import { columns, json, type Sql, type Statement, Verbatim } from '@souk/postgres'
import type { ChannelName } from './delivery/channel.ts'
import { type Contents, type Kind, secretKinds } from './letters/letter-templates.ts'
import type { News } from './preferences/person-table.ts'

export interface NewNotification {
  /** The id of the message, or of the staff's request, that this notification answers. */
  cause: string
  channel: ChannelName
  kind: Kind
  /** An e-mail address, a telephone number, or the id of a browser. */
  recipient: string
  subject: string
  content: Contents[Kind]
  orderId: string | undefined
  status: 'queued' | 'sent'
  messageId: string
  /**
   * How many letters the mailbox may get, of all about orders or the account, or of this kind; what is above is suppressed.
   * Undefined: as many as staff send.
   */
  limits?: { perHour: number; perDay: number; ofKind?: boolean }
  /** What may be told on other channels, too, and how these begin. */
  news?: {
    name: News
    customerId: string | undefined
    firstStatus: Record<ChannelName, 'queued' | 'sent'>
    canText: boolean
  }
  /** The trace of the cause, in which the mail is sent. */
  traceparent?: string
  /** The notification that staff send again. */
  repeats?: string
  at: string
}

/** Inserts a notification now. Undefined when its cause has a notification of this kind already. */
export async function insertNotification(
  sql: Sql,
  notification: NewNotification,
): Promise<NotificationRow | undefined> {
  const [row] = await sql<NotificationRow>`
    ${insertStatement(sql, [notification])}
    returning ${notificationColumns}`
  return row
}

/** Inserts several now. Those whose cause has a notification of this kind already are left out. */
export async function insertNotifications(sql: Sql, notifications: readonly NewNotification[]): Promise<void> {
  if (notifications.length > 0) await sql`${insertStatement(sql, notifications)}`
}

const newRows = columns<NewNotification & { id: string }>({
  id: ['uuid', (row) => row.id],
  cause: ['uuid', (row) => row.cause],
  channel: ['text', (row) => row.channel],
  kind: ['text', (row) => row.kind],
  recipient: ['text', (row) => row.recipient],
  subject: ['text', (row) => row.subject],
  content: ['json', (row) => json(row.content)],
  order_id: ['uuid', (row) => row.orderId],
  status: ['text', (row) => row.status],
  at: ['timestamptz', (row) => row.at],
  message_id: ['text', (row) => row.messageId],
  repeats: ['uuid', (row) => row.repeats],
  traceparent: ['text', (row) => row.traceparent],
  per_hour: ['integer', (row) => row.limits?.perHour],
  per_day: ['integer', (row) => row.limits?.perDay],
  is_secret: ['boolean', (row) => secretKinds.includes(row.kind)],
  counts_kind: ['boolean', (row) => row.limits?.ofKind ?? false],
})
const aboveLimit = 'More letters to this mailbox than the limit allows.'

/** How many letters of the same group the mailbox of `fresh` got in a time before it, at most `most`. */
function lettersBefore(sql: Sql, interval: '1 hour' | '1 day', most: Verbatim): Statement {
  return sql`
    (
      select count(*)
      from (
        select from notification earlier
        where mailbox_of(earlier.recipient) = mailbox_of(fresh.recipient)
          and earlier.id >= uuid_at(fresh.at - ${interval}::interval)
          and earlier.channel = 'mail'
          and earlier.status <> 'suppressed'
          and (earlier.order_id is null) = (fresh.order_id is null)
          and (not fresh.counts_kind or earlier.kind = fresh.kind)
        order by earlier.id
        limit ${most}
      ) as counted
    )`
}

/** The statement that inserts notifications. What is above the limit of its mailbox is stored as suppressed. */
export function insertStatement(sql: Sql, notifications: readonly NewNotification[]): Statement {
  // Lists are sorted by id. UUIDv7s of one millisecond are in random order, so the ids of a batch are sorted.
  const ids = notifications.map(() => randomUUIDv7()).sort()
  const rows = notifications.map((one, index) => ({ ...one, id: ids[index] as string }))
  return sql`
    insert into notification (id, channel, cause, kind, recipient, subject, content, order_id, status, next_attempt_at,
      message_id, repeats, traceparent, created_at, sent_at, error)
    select id, channel, cause, kind, recipient, subject, case when is_allowed or not is_secret then content end, order_id,
      case when is_allowed then status else 'suppressed' end, at, message_id, repeats, traceparent, at,
      case when is_allowed and status = 'sent' then at end, case when not is_allowed then ${aboveLimit} end
    from (
      select fresh.*, per_day is null or channel <> 'mail' or (
        place + ${lettersBefore(sql, '1 day', new Verbatim('per_day'))} <= per_day
        and place + ${lettersBefore(sql, '1 hour', new Verbatim('per_hour'))} <= per_hour) as is_allowed
      from (
        select *, row_number() over (partition by channel, mailbox_of(recipient), order_id is null, counts_kind order by id) as place
        from ${newRows(rows)} as new_row
      ) as fresh
    ) as judged
    order by id
    on conflict do nothing`
}

export interface NotificationRow {
  id: string
  channel: ChannelName
  kind: Kind
  recipient: string
  subject: string
  status: 'queued' | 'sent' | 'failed' | 'suppressed'
  attempts: number
  error: string | null
  orderId: string | null
  createdAt: string
  sentAt: string | null
}
/** The columns of a NotificationRow. */
export const notificationColumns = new Verbatim(
  'id, channel, kind, recipient, subject, status, attempts, error, order_id, created_at, sent_at',
)
/** A row as in the contract: a missing value is left out. */
export function notificationOf({ error, orderId, sentAt, ...row }: NotificationRow) {
  return { ...row, error: error ?? undefined, orderId: orderId ?? undefined, sentAt: sentAt ?? undefined }
}

/** A notification with the content that it is written from. */
export interface StoredNotification {
  id: string
  channel: ChannelName
  kind: Kind
  recipient: string
  subject: string
  messageId: string
  /** Null once it was deleted. */
  content: Contents[Kind] | null
  /** The guest's key to the order, from the confirmation of the order. */
  accessKey: string | null
  attempts: number
  /** Of the attempt before. */
  error: string | null
  /** Staff sent it again. */
  repeats: string | null
  createdAt: string
  sentAt: string | null
  traceparent: string | null
}
/** The columns of a StoredNotification, of the notification table under this alias. */
export function storedColumns(alias: string): Verbatim {
  const own = [
    'id',
    'channel',
    'kind',
    'recipient',
    'subject',
    'message_id',
    'content',
    'attempts',
    'error',
    'repeats',
    'created_at',
    'sent_at',
    'traceparent',
  ]
  return new Verbatim(`${own.map((column) => `${alias}.${column}`).join(', ')}, (
      select confirmed.content ->> 'accessKey'
      from notification confirmed
      where confirmed.order_id = ${alias}.order_id
        and confirmed.kind = 'order-confirmed'
        and confirmed.channel = 'mail'
      limit 1
    ) as access_key`)
}

/** A condition: the notification was to this address, in whatever case. The first part has an index. */
export function isTo(sql: Sql, alias: 'n' | 'notification', recipient: string): Statement {
  const column = new Verbatim(`${alias}.recipient`)
  return sql`mailbox_of(${column}) = mailbox_of(${recipient}) and lower(${column}) = lower(${recipient})`
}

/** The newest notifications, to one recipient or to all, without suppressed ones: nobody got them. */
export function newestNotifications(
  sql: Sql,
  recipient: string | undefined,
  most: number,
): Statement<StoredNotification> {
  return sql<StoredNotification>`
    select ${storedColumns('n')}
    from notification n
    where n.status <> 'suppressed'
      and ${recipient ? isTo(sql, 'n', recipient) : sql`true`}
    order by n.id desc
    limit ${most}`
}

export async function findNotification(sql: Sql, id: string): Promise<StoredNotification | undefined> {
  const [found] = await sql<StoredNotification>`
    select ${storedColumns('n')}
    from notification n
    where n.id = ${id}`
  return found
}

/**
 * Leases notifications of a channel that are due until `until`: no other process takes them before. After a crash they are due again
 * then. The error of the attempt before is in the row until the outcome of this one is recorded.
 */
export function leaseDue(
  sql: Sql,
  channel: ChannelName,
  now: string,
  until: string,
  most: number,
): Statement<StoredNotification> {
  return sql<StoredNotification>`
    with due as materialized (
      select id
      from notification
      where status = 'queued'
        and channel = ${channel}
        and next_attempt_at <= ${now}
      order by next_attempt_at
      limit ${most}
      for update skip locked
    )
    update notification n
    set attempts = n.attempts + 1,
      next_attempt_at = ${until}
    from due
    where n.id = due.id
    returning ${storedColumns('n')}`
}

export interface Outcome {
  id: string
  status: 'sent' | 'failed' | 'queued'
  error?: string
  /** The time it was sent at, or of the next attempt. */
  at: string
  deletesContent: boolean
  /** Nothing was tried: the attempt does not count. */
  isPutOff?: boolean
}
const outcomeRows = columns<Outcome>({
  id: ['uuid', (outcome) => outcome.id],
  status: ['text', (outcome) => outcome.status],
  error: ['text', (outcome) => outcome.error],
  at: ['timestamptz', (outcome) => outcome.at],
  deletes_content: ['boolean', (outcome) => outcome.deletesContent],
  is_put_off: ['boolean', (outcome) => outcome.isPutOff ?? false],
})
/** A notification whose outcome was stored just now; `queued`: it is tried again. */
export interface RecordedNotification {
  channel: ChannelName
  /** The id of the message that it answers: a UUIDv7, so it says when. */
  cause: string
  status: 'queued' | 'sent' | 'failed' | 'suppressed'
}
/** Records the outcomes of a batch of attempts and ends their leases. Returns the notifications that still waited for an outcome. */
export function recordOutcomes(sql: Sql, outcomes: readonly Outcome[]): Statement<RecordedNotification> {
  return sql<RecordedNotification>`
    update notification n
    set status = outcome.status,
      error = outcome.error,
      next_attempt_at = outcome.at,
      attempts = n.attempts - case when outcome.is_put_off then 1 else 0 end,
      sent_at = case when outcome.status = 'sent' then outcome.at end,
      content = case when outcome.deletes_content then null else n.content end
    from ${outcomeRows(outcomes)} as outcome
    where n.id = outcome.id
      and n.status = 'queued'
    returning n.channel, n.cause, n.status`
}
