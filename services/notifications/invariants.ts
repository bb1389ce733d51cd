// What always holds in this service's database. The SQL of each statement returns the rows that break it. Statements about
// waiting hold once all messages have been handled.

export interface Invariant {
  readonly id: string
  readonly statement: string
  readonly sql: string
}

export const invariants: readonly Invariant[] = [
  {
    id: 'E9-one-message-id',
    statement: 'One message leads to at most one notification of a kind for a recipient on a channel.',
    sql: `
      select order_id, kind, cause, channel, recipient, count(*) as notifications
      from notification
      group by order_id, kind, cause, channel, recipient
      having count(*) > 1`,
  },
  {
    id: 'E9-message-id-of-cause',
    statement: 'A message id consists of the cause and the kind, so that a repeated mail is recognized.',
    sql: `
      select id, message_id
      from notification
      where message_id not like '<' || cause || '.' || kind || '@%>'`,
  },
  {
    id: 'E9-told-once',
    statement: 'An order has one confirmation and one cancellation letter, unless staff send one again.',
    sql: `
      select order_id, kind, count(*) as notifications
      from notification
      where kind in ('order-confirmed', 'order-canceled')
        and channel = 'mail'
        and repeats is null
      group by order_id, kind
      having count(*) > 1`,
  },
  {
    id: 'E9-confirmed-before-shipped',
    statement: 'An order with a shipping letter has a confirmation letter.',
    sql: `
      select shipped.order_id
      from notification shipped
      where shipped.kind = 'order-shipped'
        and shipped.channel = 'mail'
        and not exists (
          select
          from notification confirmed
          where confirmed.order_id = shipped.order_id
            and confirmed.kind = 'order-confirmed')`,
  },
  {
    id: 'no-mail-is-forgotten',
    statement: 'A due notification waits at most ten minutes.',
    sql: `
      select id, kind, next_attempt_at
      from notification
      where status = 'queued'
        and next_attempt_at < now() - interval '10 minutes'`,
  },
  {
    id: 'every-end-has-its-reason',
    statement: 'A sent notification has its time, a failed one its error.',
    sql: `
      select id, status
      from notification
      where (status = 'sent') <> (sent_at is not null)
        or (status = 'failed' and error is null)`,
  },
  {
    id: 'no-letter-is-empty',
    statement: 'A queued notification has its content.',
    sql: `
      select id, kind
      from notification
      where status = 'queued'
        and content is null`,
  },
]
