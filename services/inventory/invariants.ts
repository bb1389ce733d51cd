// The invariants of stock, as statements whose rows are the violations. `npm run verify` and the tests run them. Each holds at any
// moment, also while the shop is open.
import { type Sql, type Statement, Verbatim } from '@souk/postgres'

export interface Invariant {
  id: string
  statement: string
  /** Returns one row per violation, with the column `detail`. */
  sql: string
}

export const invariants: readonly Invariant[] = [
  {
    id: 'I1',
    statement: 'Stock is never negative and never over-reserved.',
    sql: `
      select format('%s at %s: %s on hand, %s reserved', sku, location, on_hand, reserved) as detail
      from stock
      where reserved < 0 or on_hand < reserved`,
  },
  {
    id: 'I2',
    statement: 'The ledger adds up to the stock.',
    sql: `
      select format('%s at %s: stock %s/%s, ledger %s/%s', sku, location, s.on_hand, s.reserved, l.on_hand, l.reserved) as detail
      from stock s
      full join (
        select sku, location, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
        from stock_movement
        group by sku, location
      ) l using (sku, location)
      where (coalesce(s.on_hand, 0), coalesce(s.reserved, 0)) <> (coalesce(l.on_hand, 0), coalesce(l.reserved, 0))`,
  },
  {
    id: 'I3',
    statement: 'Reserved stock is what open reservations contain.',
    sql: `
      select format('%s at %s: %s reserved, %s in reservations', sku, location, s.reserved, l.quantity) as detail
      from stock s
      full join (
        select sku, location, sum(l.quantity) as quantity
        from reservation_line l
        join reservation r using (order_id)
        where r.status in ('active', 'pinned')
        group by sku, location
      ) l using (sku, location)
      where coalesce(s.reserved, 0) <> coalesce(l.quantity, 0)`,
  },
  {
    id: 'I4',
    statement: 'Stock that was sold and not returned is what committed reservations contain.',
    sql: `
      select format('%s at %s: ledger says %s sold, reservations %s', sku, location, l.quantity, r.quantity) as detail
      from (
        select sku, location, -sum(on_hand_change) as quantity
        from stock_movement
        where reference is not null and kind in ('sold', 'returned')
        group by sku, location
      ) l
      full join (
        select sku, location, sum(l.quantity - l.returned) as quantity
        from reservation_line l
        join reservation r using (order_id)
        where r.status = 'committed'
        group by sku, location
      ) r using (sku, location)
      where coalesce(l.quantity, 0) <> coalesce(r.quantity, 0)`,
  },
  {
    id: 'I6',
    statement: 'One cause moves stock once.',
    sql: `
      select format('cause %s: %s of %s at %s, %s times', reference, kind, sku, location, count(*)) as detail
      from stock_movement
      where reference is not null
      group by reference, kind, sku, location
      having count(*) > 1`,
  },
  {
    id: 'I7',
    statement: 'A reservation has lines, a SKU has one line per location in it, and no more comes back than was sold.',
    sql: `
      select format('order %s: %s lines of %s at %s', order_id, count(*), sku, location) as detail
      from reservation_line
      group by order_id, sku, location
      having count(*) > 1
      union all
      select format('order %s: %s, without lines', order_id, status)
      from reservation r
      where status in ('active', 'pinned', 'committed')
        and not exists (select from reservation_line l where l.order_id = r.order_id)
      union all
      select format('order %s: lines without a reservation', order_id)
      from reservation_line l
      where not exists (select from reservation r where r.order_id = l.order_id)
      union all
      select format('order %s: %s of %s × %s at %s came back, status %s', order_id, l.returned, l.quantity, sku, location, r.status)
      from reservation_line l
      join reservation r using (order_id)
      where l.returned < 0 or l.returned > l.quantity or l.returned > 0 and r.status in ('active', 'pinned', 'expired', 'deferred')`,
  },
  {
    id: 'I9',
    statement: 'No reservation is open for more than a minute after its time.',
    sql: `
      select format('order %s: expired at %s', order_id, expires_at) as detail
      from reservation
      where expires_at < clock_timestamp() - interval '60 seconds'`,
  },
  {
    id: 'I10',
    statement: 'What unpaid orders hold is within the bounds of each network, e-mail address and customer.',
    sql: `
      select format('%s holds %s of at most %s units, and %s of at most %s %s', key,
        sum(held_units), max(most_units), sum(held_value), max(most_value), held_currency) as detail
      from reservation
      cross join unnest(held_by, held_most_units, held_most_value) as holder (key, most_units, most_value)
      where expires_at is not null
      group by key, held_currency
      having sum(held_units) > max(most_units) or sum(held_value) > max(most_value)`,
  },
]

/** Returns all violations. Each statement has a snapshot of its own. */
export async function findProblems(sql: Sql): Promise<{ id: string; detail: string }[]> {
  const found = await Promise.all(
    invariants.map(async ({ id, sql: text }) => {
      const statement: Statement<{ detail: string }> = sql`${new Verbatim(text)}`
      return (await statement).map(({ detail }) => ({ id, detail }))
    }),
  )
  return found.flat()
}
