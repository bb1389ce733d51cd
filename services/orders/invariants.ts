// The invariants of the orders service's own database: statuses, timelines, refunds and shipments.

/** The status changes that are allowed. A step may keep the status, for a refund or a further parcel. */
const allowedSteps = `(values
  ('checking-out', 'awaiting-customer'), ('checking-out', 'capturing'), ('checking-out', 'paid'), ('checking-out', 'canceled'),
  ('awaiting-customer', 'capturing'), ('awaiting-customer', 'paid'), ('awaiting-customer', 'canceled'),
  ('capturing', 'paid'), ('capturing', 'canceled'),
  ('paid', 'paid'), ('paid', 'partially-shipped'), ('paid', 'shipped'), ('paid', 'canceled'),
  ('partially-shipped', 'partially-shipped'), ('partially-shipped', 'shipped'),
  ('shipped', 'shipped'), ('shipped', 'partially-shipped'), ('canceled', 'canceled'))`

/**
 * Units of each line of these orders that are left to send: not sent, and not canceled by a refund with one of these statuses. An
 * order has one line for a SKU.
 */
const unitsLeft = (statuses: string, orders: string) => `
  select o.id, o.status, line ->> 'sku' as sku, (line ->> 'quantity')::int
    - coalesce((select sum((l ->> 'quantity')::int) from shipment s, json_array_elements(s.lines) l
        where s.order_id = o.id and l ->> 'sku' = line ->> 'sku'), 0)
    - coalesce((select sum((l ->> 'unshipped')::int) from refund r, json_array_elements(r.lines) l
        where r.order_id = o.id and r.status in (${statuses}) and l ->> 'sku' = line ->> 'sku'), 0) as units
  from orders o, json_array_elements(o.lines) as line
  where ${orders}`

/** What was paid for the lines of paid orders, and what their refunds have taken of it. Amounts contain their tax. */
const moneyOfLines = `
  select o.id, line ->> 'sku' as sku,
    (line -> 'lineTotal' ->> 'amount')::bigint
      + case when o.tax_included then 0 else (line -> 'tax' ->> 'amount')::bigint end as paid,
    coalesce((select sum((l ->> 'amount')::bigint) from refund r, json_array_elements(r.lines) l
      where r.order_id = o.id and r.status <> 'failed' and l ->> 'sku' = line ->> 'sku'), 0) as refunded
  from orders o, json_array_elements(o.lines) as line
  where o.paid_at is not null and exists (select from refund r where r.order_id = o.id)`

export const orderInvariants = [
  {
    id: 'O3',
    statement: 'A cart is bought once.',
    sql: `
      select format('cart %s has %s orders', cart_id, count(*)) as detail
      from orders
      where status <> 'canceled' or paid_at is not null
      group by cart_id
      having count(*) > 1`,
  },
  {
    id: 'O5',
    statement: 'No checkout stands still: each ends within a minute of its deadline.',
    sql: `
      select format('order %s is %s since %s', o.id, o.status, o.updated_at) as detail
      from open_checkout c
      join orders o on o.id = c.order_id
      where c.deadline_at < now() - interval '60 seconds'
        or c.resume_at < now() - interval '60 seconds'
        or c.resume_at is not null and o.updated_at < now() - interval '5 minutes'`,
  },
  {
    id: 'O5',
    statement: 'Every order whose outcome is open is in the list of open checkouts, and no other order is.',
    sql: `
      select format('order %s is %s, to be expired at %s, to be resumed at %s',
        coalesce(o.id, c.order_id), coalesce(o.status, 'missing'), coalesce(c.deadline_at::text, 'no time'),
        coalesce(c.resume_at::text, 'no time')) as detail
      from open_checkout c
      full join (
        select id, status from orders where status in ('checking-out', 'awaiting-customer', 'capturing')
      ) as o on o.id = c.order_id
      where o.id is null or c.order_id is null or (o.status = 'awaiting-customer') <> (c.deadline_at is not null)`,
  },
  {
    id: 'O6',
    statement: 'An order changes its status as the saga allows, and its timeline has no gap.',
    sql: `
      select format('order %s went from %s to %s at step %s', order_id, before, status, version) as detail
      from (
        select order_id, version, status,
          lag(status) over steps as before,
          lag(version) over steps as version_before
        from order_event
        window steps as (partition by order_id order by version)
      ) as step
      where version <> coalesce(version_before, 0) + 1
        or (before is null and status <> 'checking-out')
        or (before is not null and (before, status) not in ${allowedSteps})
      union all
      select format('order %s is %s at version %s, its timeline ends with %s at %s',
        o.id, o.status, o.version, coalesce(e.status, 'nothing'), coalesce(e.version, 0))
      from orders o
      left join (
        select distinct on (order_id) order_id, version, status
        from order_event
        order by order_id, version desc
      ) as e on e.order_id = o.id
      where (o.status, o.version) is distinct from (e.status, e.version)`,
  },
  {
    id: 'O7',
    statement: 'A canceled order was announced once, and no other order was.',
    sql: announced('orders.order-canceled', `status = 'canceled'`),
  },
  {
    id: 'O9',
    statement: 'A paid order was announced once, and no other order was.',
    sql: announced('orders.order-placed', 'paid_at is not null'),
  },
  {
    id: 'M4',
    statement: 'No more is refunded than was paid.',
    sql: `
      select format('order %s of %s has refunds of %s', o.id, o.total_amount, r.amount) as detail
      from orders o
      join (
        select order_id, sum(amount) as amount
        from refund
        where status <> 'failed'
        group by order_id
      ) as r on r.order_id = o.id
      -- Payments may have captured and refunded money of a canceled order that was never paid.
      where r.amount > o.total_amount and o.paid_at is not null`,
  },
  {
    id: 'parcels',
    statement: 'No more units of a SKU were sent than were bought.',
    sql: `
      select format('order %s: %s of %s sent, %s bought', order_id, sent, sku, coalesce(bought, 0)) as detail
      from (
        select s.order_id, line ->> 'sku' as sku, sum((line ->> 'quantity')::int) as sent
        from shipment s, json_array_elements(s.lines) as line
        group by 1, 2
      ) as parcel
      left join lateral (
        select sum((line ->> 'quantity')::int) as bought
        from orders o, json_array_elements(o.lines) as line
        where o.id = parcel.order_id and line ->> 'sku' = parcel.sku
      ) as ordered on true
      where sent > coalesce(bought, 0)`,
  },
  {
    id: 'refund-parts',
    statement:
      'Each refund names what it is for, with the tax in it, and no more of it goes back than was paid for it.',
    sql: `
      select format('refund %s of %s: items %s with tax %s, shipping %s with tax %s, tax of goodwill %s, lines %s with tax %s',
        r.id, r.amount, items_amount, items_tax, shipping_amount, shipping_tax, goodwill_tax, l.amount, l.tax) as detail
      from refund r
      cross join lateral (
        select coalesce(sum((line ->> 'amount')::bigint), 0) as amount, coalesce(sum((line ->> 'tax')::bigint), 0) as tax
        from json_array_elements(r.lines) as line
      ) as l
      where items_amount + shipping_amount > r.amount
        or (items_amount, items_tax) <> (l.amount, l.tax)
        or items_tax > items_amount or shipping_tax > shipping_amount
        or goodwill_tax > r.amount - items_amount - shipping_amount
      union all
      select format('order %s has refunds of %s for %s, which cost %s', id, refunded, sku, paid)
      from (${moneyOfLines}) as line
      where refunded > paid
      union all
      select format('order %s has refunds of %s for shipping, which cost %s', o.id, r.shipping, o.total_amount - l.paid)
      from (select id, sum(paid) as paid from (${moneyOfLines}) as line group by id) as l
      join orders o using (id)
      join (
        select order_id, sum(shipping_amount) as shipping from refund where status <> 'failed' group by order_id
      ) as r on r.order_id = o.id
      where r.shipping > o.total_amount - l.paid
      union all
      select format('order %s with tax of %s has refunds with tax of %s', o.id, o.tax_amount, r.tax)
      from orders o
      join (
        select order_id, sum(amount) as amount, sum(items_tax + shipping_tax + goodwill_tax) as tax
        from refund
        where status <> 'failed'
        group by order_id
      ) as r on r.order_id = o.id
      where o.paid_at is not null
        and (r.tax > o.tax_amount or r.amount = o.total_amount and r.tax <> o.tax_amount)`,
  },
  {
    id: 'no-order-is-stuck',
    statement:
      'Units of a paid order are left to send until it has ended, and only then has it: each is sent or canceled once.',
    sql: `
      select format('order %s is %s, %s of %s are left to send', id, status, units, sku) as detail
      from (${unitsLeft(`'pending', 'refunded'`, `o.status in ('paid', 'partially-shipped', 'shipped')`)}) as line
      where units < 0 or status = 'shipped' and units > 0
      union all
      select format('order %s is %s, and nothing is left to send', id, status)
      from (${unitsLeft(`'refunded'`, `o.status in ('paid', 'partially-shipped')`)}) as line
      group by id, status
      having sum(units) <= 0
      union all
      select format('order %s has ended with its last unit, and %s of %s are left to send', id, units, sku)
      from (${unitsLeft(`'refunded'`, `o.cancel_reason in ('refunded', 'units-canceled')`)}) as line
      where units <> 0`,
  },
  {
    id: 'withdrawals',
    statement: 'A settled withdrawal says how: its order was canceled, or a refund of its order or a note closed it.',
    sql: `
      select format('withdrawal %s of order %s is %s, the order is %s, refund %s, note %s',
        w.id, w.order_id, w.status, o.status, w.refund_id, w.note) as detail
      from withdrawal w
      left join orders o on o.id = w.order_id
      left join refund r on r.id = w.refund_id and r.order_id = w.order_id
      where w.status = 'canceled' and o.status is distinct from 'canceled'
        or w.status = 'closed' and r.id is null and w.note is null
        or w.refund_id is not null and r.id is null`,
  },
]

/** Compares orders with their messages in the outbox. Messages are kept for 14 days, so older orders may have none. */
function announced(type: string, condition: string): string {
  return `
    select format('order %s: %s ${type} events, status %s', coalesce(o.id::text, announced.key), coalesce(announced.count, 0),
      coalesce(o.status, 'none')) as detail
    from (
      select key, count(*) as count
      from (
        select key from outbox where type = '${type}'
        union all
        select key from outbox_sent where type = '${type}'
      ) as message
      group by key
    ) as announced
    full join (
      select id, status, updated_at from orders where ${condition}
    ) as o on o.id::text = announced.key
    where coalesce(announced.count, 0) <> 1 and (o.id is null or o.updated_at > now() - interval '13 days')
      or o.id is null`
}
