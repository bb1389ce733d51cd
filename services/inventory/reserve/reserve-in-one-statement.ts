// Reserves stock in one statement. That is nearly always possible: the first location of each SKU has enough for the whole batch
// and the SKU does not become low, so no order is refused and no message is due. The statement checks this under its own locks, and
// writes nothing if it is not so. Locks last for this one statement only.
import type { Reservation } from '@souk/contracts/inventory'
import { columns, crashpoint, type Sql, type Statement, sqlState } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import { type ReservationRequest, type ReservationRow, reservationOf } from './reservation.ts'
import { newReservationValues, requestColumns, writeReservedLines } from './reservations-table.ts'

/**
 * PostgreSQL checks constraints on a row as it was when the statement began, before it sees what other transactions made of it
 * since. So stock that was given back while we waited for its lock can seem to be missing. Nothing is written then, and the next
 * statement sees it.
 */
const checkViolation = '23514'

/**
 * Returns the reservations that were made, by order id. An order is left out when it has a reservation, and when it names a SKU
 * that was insufficient within the last second. All are left out when one SKU is insufficient.
 */
export async function reserveInOneStatement(
  requests: readonly ReservationRequest[],
  { sql, settings, resources: { insufficientSkus } }: InventoryContext,
): Promise<Map<string, Reservation>> {
  const promising = requests.filter(({ skus }) => !skus.some((sku) => insufficientSkus.has(sku)))
  if (promising.length === 0) return new Map()

  crashpoint('inventory.before-commit')
  const rows = await reserveIfSufficient(sql, promising, settings).then(
    (rows) => rows,
    (error) => {
      if (sqlState(error) === checkViolation) return []
      throw error
    },
  )
  crashpoint('inventory.after-commit')

  const reserved = new Map<string, Reservation>()
  for (const [orderId, [first, ...rest]] of Map.groupBy(rows, (row) => row.orderId)) {
    if (!first) continue
    if (orderId !== null) reserved.set(orderId, reservationOf(orderId, [first, ...rest]))
    else for (const { sku } of [first, ...rest]) insufficientSkus.set(sku, true)
  }
  return reserved
}

const requestRows = columns<ReservationRequest>(requestColumns)
interface RequestedLine {
  orderId: string
  sku: string
  quantity: number
}
const lineRows = columns<RequestedLine>({
  order_id: ['uuid', (line) => line.orderId],
  sku: ['text', (line) => line.sku],
  quantity: ['bigint', (line) => line.quantity],
})

/** Lines of reservations; or, without an order id, a SKU of which there is not enough. */
type ReservedLine = ReservationRow & { orderId: string | null; sku: string }

/** Locks stock by SKU and location, and stores new reservations last: the lock order of `settle/lock-reservations.ts`. */
function reserveIfSufficient(
  sql: Sql,
  requests: readonly ReservationRequest[],
  settings: InventoryContext['settings'],
): Statement<ReservedLine> {
  const lines = requests.flatMap(({ orderId, skus, quantities }) =>
    skus.map((sku, index): RequestedLine => ({ orderId, sku, quantity: quantities[index] ?? 0 })),
  )
  return sql<ReservedLine>`
    with request as materialized (
      select * from ${requestRows(requests)} as request
    ), line as materialized (
      select * from ${lineRows(lines)} as line
    ), locked_stock as materialized (
      select s.sku, s.location, s.on_hand - s.reserved as available
      from stock s
      where s.sku = any(array(select sku from line))
      order by s.sku, s.location
      for no key update
    ), first_location as materialized (
      select distinct on (s.sku) s.sku, s.location, s.available,
        sum(s.available) over (partition by s.sku) as available_everywhere
      from locked_stock s
      join location on location.id = s.location
      order by s.sku, location.priority, s.location
    ), demand as materialized (
      select wanted.sku, coalesce(
        first_location.available >= wanted.quantity
          and first_location.available_everywhere - wanted.quantity > ${settings.lowStock}::bigint,
        false) as is_sufficient
      from (select sku, sum(quantity) as quantity from line group by sku) as wanted
      left join first_location on first_location.sku = wanted.sku
    ), stored as (
      insert into reservation (order_id, status, expires_at)
      select ${newReservationValues(sql, sql`request`, settings)}
      from request
      where (select bool_and(is_sufficient) from demand)
      order by order_id
      on conflict (order_id) do nothing
      returning order_id, status, expires_at
    ), allocated as materialized (
      select stored.*, line.sku, first_location.location, line.quantity
      from line
      join stored on stored.order_id = line.order_id
      join first_location on first_location.sku = line.sku
    ), ${writeReservedLines(sql, sql`allocated`)}
    select order_id, status, expires_at, sku, location, quantity from allocated
    union all
    select null, null, null, sku, null, null from demand where not is_sufficient`
}
