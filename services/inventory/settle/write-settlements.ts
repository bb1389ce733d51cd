// The statements that write what becomes of reservations: the reservations, the ledger and the stock.
import { columns, type Sql, type Statement } from '@souk/postgres'
import { writeMovements } from '../stock/stock-table.ts'
import { type MovementKind, movementEffects, type Settlement } from './settlement.ts'

const settlementRows = columns<Settlement>({
  order_id: ['uuid', (settlement) => settlement.orderId],
  status: ['text', (settlement) => settlement.status],
  is_canceled: ['boolean', (settlement) => settlement.isCanceled],
})
const movementRows = columns<{ orderId: string; kind: MovementKind }>({
  order_id: ['uuid', ({ orderId }) => orderId],
  kind: ['text', ({ kind }) => kind],
  on_hand: ['bigint', ({ kind }) => movementEffects[kind].onHand],
  reserved: ['bigint', ({ kind }) => movementEffects[kind].reserved],
  reason: ['text', ({ kind }) => movementEffects[kind].reason],
})

/** Writes settlements of reservations that are locked with their stock. */
export function writeSettlements(sql: Sql, settlements: readonly Settlement[]): Statement {
  const movements = settlements.flatMap(({ orderId, movements }) => movements.map((kind) => ({ orderId, kind })))
  return sql`
    with settled as (
      update reservation r
      set status = settlement.status, expires_at = null,
        canceled_at = case when settlement.is_canceled then coalesce(r.canceled_at, clock_timestamp()) end
      from ${settlementRows(settlements)} as settlement
      where r.order_id = settlement.order_id
    ), movement as materialized (
      select l.order_id as reference, l.sku, l.location, moved.kind, moved.reason,
        moved.on_hand * units.count as on_hand, moved.reserved * units.count as reserved
      from ${movementRows(movements)} as moved
      join reservation_line l on l.order_id = moved.order_id
      cross join lateral (
        select l.quantity - case when moved.kind = 'returned' then l.returned else 0 end as count
      ) as units
      where units.count > 0
    ), ${writeMovements(sql, sql`movement`)}
    select`
}

/**
 * The usual case in one statement: sells what all these orders have reserved. Returns false when one of them has nothing reserved;
 * then nothing is written, but reservations are locked. The lock order is that of `lockReservations`.
 */
export async function sellIfAllReserved(sql: Sql, orderIds: readonly string[]): Promise<boolean> {
  const { onHand, reserved, reason } = movementEffects.sold
  const [result] = await sql<{ sold: number }>`
    with locked as materialized (
      select order_id
      from reservation
      where order_id = any(${orderIds}::uuid[]) and status in ('active', 'pinned')
      order by order_id
      for no key update
    ), sold as (
      update reservation
      set status = 'committed', expires_at = null
      where order_id = any(${orderIds}::uuid[]) and (select count(*) from locked) = ${orderIds.length}
      returning order_id
    ), line as materialized (
      select l.order_id, l.sku, l.location, l.quantity
      from sold
      join reservation_line l on l.order_id = sold.order_id
    ), locked_stock as materialized (
      select sku
      from stock
      where sku = any(array(select sku from line))
      order by sku, location
      for no key update
    ), movement as materialized (
      select order_id as reference, sku, location, 'sold' as kind, ${reason} as reason,
        ${onHand}::bigint * quantity as on_hand, ${reserved}::bigint * quantity as reserved
      from line
      where (select count(*) from locked_stock) > 0 -- Evaluated first, so the stock is locked before it is changed.
    ), ${writeMovements(sql, sql`movement`)}
    select count(*) as sold from sold`
  return result?.sold === orderIds.length
}
