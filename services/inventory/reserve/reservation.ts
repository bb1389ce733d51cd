// A reservation as the contract tells it, from its rows; and what an order asks for, as the database takes it.
import type { Reservation, StockLine } from '@souk/contracts/inventory'
import type { Sql, Statement } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'

/** One row per line; a reservation without lines has one row whose sku is null. */
export interface ReservationRow {
  status: Reservation['status']
  expiresAt: string | null
  sku: string | null
  location: string
  quantity: number
}

export function reservationOf(orderId: string, rows: readonly [ReservationRow, ...ReservationRow[]]): Reservation {
  const [{ status, expiresAt }] = rows
  return {
    orderId,
    status,
    expiresAt: expiresAt ?? undefined,
    lines: rows.flatMap(({ sku, location, quantity }) => (sku === null ? [] : [{ sku, location, quantity }])),
  }
}

export async function findReservation(sql: Sql, orderId: string): Promise<Reservation | undefined> {
  const [first, ...rest] = await sql<ReservationRow>`
    select r.status, r.expires_at, l.sku, l.location, l.quantity
    from reservation r
    left join reservation_line l on l.order_id = r.order_id
    where r.order_id = ${orderId}
    order by l.sku, l.location`
  return first && reservationOf(orderId, [first, ...rest])
}

export interface Demand {
  skus: string[]
  quantities: number[]
}
/** What an order asks for, and on which terms. */
export interface Asked extends Demand {
  orderId: string
  pinned: boolean
  expiresAt: string | undefined
  holder: string | undefined
}

/** The columns of those who ask, for a list of them (`columns`). */
export const askedColumns = {
  order_id: ['uuid', (asked: Asked) => asked.orderId],
  is_pinned: ['boolean', (asked: Asked) => asked.pinned],
  until: ['timestamptz', (asked: Asked) => asked.expiresAt],
  holder: ['text', (asked: Asked) => asked.holder],
} as const

type Settings = InventoryContext['settings']

/** For a row `wish` with `holder`: whether that person holds as many reservations as one may. */
export function holdsMany(sql: Sql, { reservationsPerHolder }: Settings): Statement {
  return sql`
    wish.holder is not null and ${reservationsPerHolder}::integer <= (
      select count(*)
      from (
        select from reservation r
        where r.holder = wish.holder and r.expires_at is not null
        limit ${reservationsPerHolder}::integer
      ) as held
    )`
}

/** For rows with `order_id`, `is_pinned`, `until` and `holder`: the columns of their reservations. */
export function reservationColumns(sql: Sql, { reservationMinutes }: Settings): Statement {
  return sql`
    order_id,
    case when is_pinned then 'pinned' else 'active' end as status,
    case when not is_pinned then
      coalesce(until, clock_timestamp() + make_interval(mins => ${reservationMinutes}::integer))
    end as expires_at,
    holder`
}

/** For rows `taken` (order_id, sku, location, quantity) of locked stock: writes the lines, the ledger and the stock. */
export function writeTaken(sql: Sql): Statement {
  return sql`
    held as (
      insert into reservation_line (order_id, sku, location, quantity)
      select order_id, sku, location, quantity from taken
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, 'reserved', 0, quantity, order_id, 'Reserved for an order' from taken
    ), reserved as (
      update stock s
      set reserved = s.reserved + demand.quantity, updated_at = clock_timestamp()
      from (select sku, location, sum(quantity)::bigint as quantity from taken group by sku, location) as demand
      where s.sku = demand.sku and s.location = demand.location
    )`
}

/** Two lines of one SKU are one demand: each by itself would be checked against the same stock. Sorted, like all locks. */
export function demandOf(lines: readonly StockLine[]): Demand {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  const skus = [...wanted.keys()].sort()
  return { skus, quantities: skus.map((sku) => wanted.get(sku) ?? 0) }
}
