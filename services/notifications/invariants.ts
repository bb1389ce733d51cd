// What must always hold in this service's database. Each statement has SQL that returns the rows which break it; none is
// good. Those that speak of waiting hold when nothing is on its way.

export interface Invariant {
  readonly id: string
  readonly statement: string
  readonly sql: string
}

export const invariants: readonly Invariant[] = [
  {
    id: 'E9-one-message-id',
    statement: 'One cause has at most one notification of a kind for an order, under one message id.',
    sql: `
      select order_id, kind, cause, count(*) as notifications
      from notification
      group by order_id, kind, cause
      having count(*) > 1`,
  },
  {
    id: 'E9-message-id-of-cause',
    statement: 'A message id is made from cause and kind, so that a repeated mail is recognized.',
    sql: `
      select id, message_id
      from notification
      where message_id not like '<' || cause || '.' || kind || '@%>'`,
  },
  {
    id: 'E9-told-once',
    statement: 'Nobody is told twice that an order was confirmed or canceled, except when staff repeats it.',
    sql: `
      select order_id, kind, count(*) as notifications
      from notification
      where kind in ('order-confirmed', 'order-canceled')
        and repeats is null
      group by order_id, kind
      having count(*) > 1`,
  },
  {
    id: 'E9-confirmed-before-shipped',
    statement: 'Whoever was told that an order is on its way was told that it was confirmed.',
    sql: `
      select shipped.order_id
      from notification shipped
      where shipped.kind = 'order-shipped'
        and not exists (
          select
          from notification confirmed
          where confirmed.order_id = shipped.order_id
            and confirmed.kind = 'order-confirmed')`,
  },
  {
    id: 'no-mail-is-forgotten',
    statement: 'No notification that is due waits longer than ten minutes.',
    sql: `
      select id, kind, next_attempt_at
      from notification
      where status = 'queued'
        and next_attempt_at < now() - interval '10 minutes'`,
  },
  {
    id: 'every-end-has-its-reason',
    statement: 'What was sent says when, what failed says why.',
    sql: `
      select id, status
      from notification
      where (status = 'sent') <> (sent_at is not null)
        or (status = 'failed' and error is null)`,
  },
  {
    id: 'no-letter-is-empty',
    statement: 'What waits to be sent still knows what it says.',
    sql: `
      select id, kind
      from notification
      where status = 'queued'
        and content is null`,
  },
]
