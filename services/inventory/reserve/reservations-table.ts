// SQL of the tables `reservation` and `reservation_line`: reads one reservation, and gives the parts of the statements that
// store new ones.
import type { Reservation } from '@souk/contracts/inventory'
import { columns, type Sql, type Statement, Verbatim } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import type { AllocatedLine } from './allocation.ts'
import { type ReservationRequest, type ReservationRow, reservationOf } from './reservation.ts'

type Settings = InventoryContext['settings']

/** Undefined when the order has no reservation. A reservation that is over is found, too. */
export async function findReservation(sql: Sql, orderId: string): Promise<Reservation | undefined> {
  const [first, ...rest] = await sql<ReservationRow>`
    select r.status, r.expires_at, l.sku, l.location, l.quantity
    from reservation r
    left join reservation_line l on l.order_id = r.order_id
    where r.order_id = ${orderId}
    order by l.sku, l.location`
  return first && reservationOf(orderId, [first, ...rest])
}

/** The columns of requests as rows of a statement, for `columns`. */
export const requestColumns = {
  order_id: ['uuid', (request: ReservationRequest) => request.orderId],
  is_pinned: ['boolean', (request: ReservationRequest) => request.pinned],
  until: ['timestamptz', (request: ReservationRequest) => request.expiresAt],
} as const

/** The values of a new reservation's order_id, status and expires_at. `request` names a row with `requestColumns`. */
export function newReservationValues(sql: Sql, request: Statement, { reservationMinutes }: Settings): Statement {
  return sql`
    ${request}.order_id,
    case when ${request}.is_pinned then 'pinned' else 'active' end as status,
    case when not ${request}.is_pinned then
      coalesce(${request}.until, clock_timestamp() + make_interval(mins => ${reservationMinutes}::integer))
    end as expires_at`
}

/**
 * CTEs `stored_line`, `ledger` and `updated_stock`: write the lines of new reservations, the ledger and the stock. `lines` names
 * rows of the same statement (order_id, sku, location, quantity); their stock is locked. `kind` is that of the movements: an order
 * is reserved again after it was deferred.
 */
export function writeReservedLines(
  sql: Sql,
  lines: Statement,
  kind: 'reserved' | 'reserved-again' = 'reserved',
): Statement {
  return sql`
    stored_line as (
      insert into reservation_line (order_id, sku, location, quantity)
      select order_id, sku, location, quantity from ${lines}
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, ${new Verbatim(`'${kind}'`)}, 0, quantity, order_id, 'Reserved for an order' from ${lines}
    ), updated_stock as (
      update stock s
      set reserved = s.reserved + change.quantity, updated_at = clock_timestamp()
      from (select sku, location, sum(quantity)::bigint as quantity from ${lines} group by sku, location) as change
      where s.sku = change.sku and s.location = change.location
    )`
}

const lineRows = columns<AllocatedLine & { orderId: string }>({
  order_id: ['uuid', (line) => line.orderId],
  sku: ['text', (line) => line.sku],
  location: ['text', (line) => line.location],
  quantity: ['bigint', (line) => line.quantity],
})
/** Writes allocated lines of reservations with their ledger and stock. The stock is locked. */
export function writeAllocatedLines(
  sql: Sql,
  lines: readonly (AllocatedLine & { orderId: string })[],
  kind: 'reserved' | 'reserved-again',
): Statement {
  return sql`
    with allocated as materialized (
      select * from ${lineRows(lines)} as line
    ), ${writeReservedLines(sql, sql`allocated`, kind)}
    select`
}
