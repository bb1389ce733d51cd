// SQL of the tables `reservation` and `reservation_line`: reads one reservation, and gives the parts of the statements that
// store new ones.
import type { Reservation } from '@souk/contracts/inventory'
import type { Sql, Statement } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
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
  holder: ['text', (request: ReservationRequest) => request.holder],
} as const

/** The values of a new reservation's order_id, status, expires_at and holder. `request` names a row with `requestColumns`. */
export function newReservationValues(sql: Sql, request: Statement, { reservationMinutes }: Settings): Statement {
  return sql`
    ${request}.order_id,
    case when ${request}.is_pinned then 'pinned' else 'active' end as status,
    case when not ${request}.is_pinned then
      coalesce(${request}.until, clock_timestamp() + make_interval(mins => ${reservationMinutes}::integer))
    end as expires_at,
    ${request}.holder`
}

/** A condition: `holder`, an expression that may be null, has as many unpaid reservations as one person may have. */
export function hasTooManyReservations(sql: Sql, holder: Statement, { reservationsPerHolder }: Settings): Statement {
  return sql`
    ${holder} is not null and ${reservationsPerHolder}::integer <= (
      select count(*)
      from (
        select from reservation r
        where r.holder = ${holder} and r.expires_at is not null
        limit ${reservationsPerHolder}::integer
      ) as unpaid
    )`
}

/**
 * CTEs `stored_line`, `ledger` and `updated_stock`: write the lines of new reservations, the ledger and the stock. `lines` names
 * rows of the same statement (order_id, sku, location, quantity); their stock is locked.
 */
export function writeReservedLines(sql: Sql, lines: Statement): Statement {
  return sql`
    stored_line as (
      insert into reservation_line (order_id, sku, location, quantity)
      select order_id, sku, location, quantity from ${lines}
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, 'reserved', 0, quantity, order_id, 'Reserved for an order' from ${lines}
    ), updated_stock as (
      update stock s
      set reserved = s.reserved + change.quantity, updated_at = clock_timestamp()
      from (select sku, location, sum(quantity)::bigint as quantity from ${lines} group by sku, location) as change
      where s.sku = change.sku and s.location = change.location
    )`
}
