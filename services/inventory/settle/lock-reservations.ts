// Locks reservations and their stock. The lock order of this service, so that no two transactions wait for each other: first the
// reservations that exist, by order id; then their stock, by SKU and location; new reservations are inserted last, by order id.
import type { Sql } from '@souk/postgres'
import type { LockedReservation, LockedReservations } from './settlement.ts'

/**
 * Locks reservations and then their stock. Orders without a reservation are left out. `freesStock` says whether stock can become
 * available, which needs the lines and the stock in the result.
 */
export async function lockReservations(
  sql: Sql,
  orderIds: readonly string[],
  freesStock: boolean,
): Promise<LockedReservations> {
  // `locked_rows` is there so that `locked_stock` runs to its end even when none of its rows is needed.
  const [locked] = await sql<LockedReservations>`
    with locked as materialized (
      select order_id, status, canceled_at is not null as is_canceled
      from reservation
      where order_id = any(${orderIds}::uuid[])
      order by order_id
      for no key update
    ), line as materialized (
      select l.order_id, l.sku, l.quantity - l.returned as quantity
      from reservation_line l
      where l.order_id = any(array(select order_id from locked))
    ), locked_stock as materialized (
      select sku, on_hand - reserved as available
      from stock
      where sku = any(array(select sku from line))
      order by sku, location
      for no key update
    )
    select
      (
        select coalesce(json_agg(json_build_object('orderId', order_id, 'status', status, 'isCanceled', is_canceled)), '[]')
        from locked
      ) as reservations,
      (
        select coalesce(json_agg(json_build_object('orderId', order_id, 'sku', sku, 'quantity', quantity)), '[]')
        from line
        where ${freesStock}::boolean
      ) as lines,
      (
        select coalesce(json_agg(json_build_object('sku', sku, 'available', available)), '[]')
        from locked_stock
        where ${freesStock}::boolean
      ) as stock,
      (select count(*) from locked_stock) as locked_rows`
  return locked as LockedReservations // A select without `from` returns one row.
}

/**
 * Locks reservations, and stores a released one for each canceled order that has none: a reservation that arrives after the
 * cancellation finds it and is refused. These come last, because `reserve-in-one-statement.ts` may be inserting the same
 * reservation while it holds the stock.
 */
export async function lockOrStoreCanceled(
  sql: Sql,
  orderIds: readonly string[],
  canceled: readonly string[],
  freesStock: boolean,
): Promise<LockedReservations> {
  const locked = await lockReservations(sql, orderIds, freesStock)
  const missing = canceled.filter((orderId) => !locked.reservations.some((one) => one.orderId === orderId))
  if (missing.length === 0) return locked
  const stored = await sql<LockedReservation>`
    insert into reservation (order_id, status, canceled_at)
    select id, 'released', clock_timestamp() from unnest(${missing}::uuid[]) as id
    order by id
    on conflict (order_id) do nothing
    returning order_id, status, true as is_canceled`
  if (stored.length === missing.length) return { ...locked, reservations: [...locked.reservations, ...stored] }
  // An order was reserved just now. Its stock must be locked, and in the lock order: not after that of other orders.
  if (orderIds.length > 1)
    throw new Error('One of these orders was reserved just now: they must be settled one by one.')
  return lockReservations(sql, orderIds, freesStock)
}
