// The notification table: how a row gets in, waits for its turn, and is told how it went.
import { columns, json, type Sql, type Statement } from '@souk/postgres'
import type { Contents, Kind } from './letters/letter-templates.ts'

export interface NewNotification {
  id: string
  cause: string
  kind: Kind
  recipient: string
  subject: string
  content: Contents[Kind]
  orderId: string | undefined
  status: 'queued' | 'sent'
  messageId: string
  repeats?: string
  at: string
}

const freshRows = columns<NewNotification>({
  id: ['uuid', (fresh) => fresh.id],
  cause: ['uuid', (fresh) => fresh.cause],
  kind: ['text', (fresh) => fresh.kind],
  recipient: ['text', (fresh) => fresh.recipient],
  subject: ['text', (fresh) => fresh.subject],
  content: ['json', (fresh) => json(fresh.content)],
  order_id: ['uuid', (fresh) => fresh.orderId],
  status: ['text', (fresh) => fresh.status],
  at: ['timestamptz', (fresh) => fresh.at],
  message_id: ['text', (fresh) => fresh.messageId],
  repeats: ['uuid', (fresh) => fresh.repeats],
})

/**
 * One statement for a whole batch of messages (measured: a quarter of the cost of one each). Nothing happens where a cause
 * has its letter of this kind already.
 */
export function insertNotifications(sql: Sql, fresh: readonly NewNotification[]): Statement {
  return sql`
    insert into notification (id, channel, cause, kind, recipient, subject, content, order_id, status, next_attempt_at,
      message_id, repeats, created_at, sent_at)
    select id, 'mail', cause, kind, recipient, subject, content, order_id, status, at, message_id, repeats, at,
      case when status = 'sent' then at end
    from ${freshRows(fresh)} as fresh
    on conflict do nothing`
}

export interface NotificationRow {
  id: string
  channel: 'mail'
  kind: Kind
  recipient: string
  subject: string
  status: 'queued' | 'sent' | 'failed'
  attempts: number
  error: string | null
  orderId: string | null
  createdAt: string
  sentAt: string | null
}
/** A row as the contract shows it: without what is missing. */
export function shown({ error, orderId, sentAt, ...row }: NotificationRow) {
  return { ...row, error: error ?? undefined, orderId: orderId ?? undefined, sentAt: sentAt ?? undefined }
}

/** A row with what its letter is written from; no content once that was forgotten. */
export interface WithContent {
  id: string
  kind: Kind
  recipient: string
  subject: string
  messageId: string
  content: Contents[Kind] | null
  /** The guest's key to the order, from its confirmation. */
  accessKey: string | null
  attempts: number
  createdAt: string
  sentAt: string | null
}

/** The columns of WithContent, of a row called n. */
export function withContent(sql: Sql): Statement {
  return sql`n.id, n.kind, n.recipient, n.subject, n.message_id, n.content, n.attempts, n.created_at, n.sent_at, (
      select confirmed.content ->> 'accessKey'
      from notification confirmed
      where confirmed.order_id = n.order_id
        and confirmed.kind = 'order-confirmed'
      limit 1
    ) as access_key`
}

/** Takes rows whose time has come. Until `until` nobody else takes them; after a crash they are due again then. */
export function takeDue(sql: Sql, now: string, until: string, atMost: number): Statement<WithContent> {
  return sql<WithContent>`
    with due as materialized (
      select id
      from notification
      where status = 'queued'
        and next_attempt_at <= ${now}
      order by next_attempt_at
      limit ${atMost}
      for update skip locked
    )
    update notification n
    set attempts = n.attempts + 1,
      next_attempt_at = ${until}
    from due
    where n.id = due.id
    returning ${withContent(sql)}`
}

export interface Outcome {
  id: string
  status: 'sent' | 'failed' | 'queued'
  error?: string
  /** When it was sent, or is to be tried again. */
  at: string
  forget: boolean
}
/** Notes how a whole batch went, in one statement. */
export function noteOutcomes(sql: Sql, outcomes: readonly Outcome[]): Statement {
  return sql`
    update notification n
    set status = outcome.status,
      error = outcome.error,
      next_attempt_at = outcome.at,
      sent_at = case when outcome.status = 'sent' then outcome.at end,
      content = case when outcome.forget then null else n.content end
    from unnest(${outcomes.map((it) => it.id)}::uuid[], ${outcomes.map((it) => it.status)}::text[],
      ${outcomes.map((it) => it.error ?? null)}::text[], ${outcomes.map((it) => it.at)}::timestamptz[],
      ${outcomes.map((it) => it.forget)}::boolean[]) as outcome (id, status, error, at, forget)
    where n.id = outcome.id
      and n.status = 'queued'`
}
