// Reserves what there is plenty of, in one statement: for each SKU its first location has enough for everybody in the group, and
// what is left is not low, so nobody is refused and nobody is told. The statement looks under its locks, and when it is otherwise
// it writes nothing. No lock waits for this process.
import type { Reservation } from '@souk/contracts/inventory'
import { columns, crashpoint, sqlState } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import {
  type Asked,
  askedColumns,
  holdsMany,
  type ReservationRow,
  reservationColumns,
  reservationOf,
  writeTaken,
} from './reservation.ts'

/** So long a SKU of which there was not plenty is not tried this way. */
const scarceMs = 1_000
const mostScarce = 10_000
/**
 * PostgreSQL checks constraints on a row as it was when the statement began, before it sees what others made of it since. So stock
 * that was given back while we waited for its lock may seem to be missing. Nothing was written then; another statement sees it.
 */
const checkViolation = '23514'

const wishRows = columns<Asked>(askedColumns)
interface WantedLine {
  orderId: string
  sku: string
  quantity: number
}
const lineRows = columns<WantedLine>({
  order_id: ['uuid', (line) => line.orderId],
  sku: ['text', (line) => line.sku],
  quantity: ['bigint', (line) => line.quantity],
})

/**
 * The reservations that were made, by order. Not among them: orders that have a reservation, people who hold many, and
 * everybody when a SKU is scarce.
 */
export async function reserveFromPlenty(
  asked: readonly Asked[],
  { sql, settings, resources: { scarce } }: InventoryContext,
): Promise<Map<string, Reservation>> {
  const time = performance.now()
  const wishes = asked.filter(({ skus }) => !skus.some((sku) => (scarce.get(sku) ?? 0) > time))
  if (wishes.length === 0) return new Map()

  const lines = wishes.flatMap(({ orderId, skus, quantities }) =>
    skus.map((sku, index): WantedLine => ({ orderId, sku, quantity: quantities[index] ?? 0 })),
  )
  crashpoint('inventory.before-commit')
  const statement = sql<ReservationRow & { orderId: string | null; sku: string }>`
    with wish as materialized (
      select * from ${wishRows(wishes)} as wish
    ), line as materialized (
      select * from ${lineRows(lines)} as line
    ), shelf as materialized (
      select s.sku, s.location, s.on_hand - s.reserved as available
      from stock s
      where s.sku = any(array(select sku from line))
      order by s.sku, s.location
      for no key update
    ), first as materialized (
      select distinct on (shelf.sku) shelf.sku, shelf.location, shelf.available,
        sum(shelf.available) over (partition by shelf.sku) as everywhere
      from shelf
      join location on location.id = shelf.location
      order by shelf.sku, location.priority, shelf.location
    ), demand as materialized (
      select wanted.sku, coalesce(
        first.available >= wanted.quantity and first.everywhere - wanted.quantity > ${settings.lowStock}::bigint,
        false) as is_plenty
      from (select sku, sum(quantity) as quantity from line group by sku) as wanted
      left join first on first.sku = wanted.sku
    ), stored as (
      insert into reservation (order_id, status, expires_at, holder)
      select ${reservationColumns(sql, settings)}
      from wish
      where (select bool_and(is_plenty) from demand) and not (${holdsMany(sql, settings)})
      order by order_id
      on conflict (order_id) do nothing
      returning order_id, status, expires_at
    ), taken as materialized (
      select stored.*, line.sku, first.location, line.quantity
      from line
      join stored on stored.order_id = line.order_id
      join first on first.sku = line.sku
    ), ${writeTaken(sql)}
    select order_id, status, expires_at, sku, location, quantity from taken
    union all
    select null, null, null, sku, null, null from demand where not is_plenty`
  const taken = await statement.then(
    (rows) => rows,
    (error) => {
      if (sqlState(error) === checkViolation) return []
      throw error
    },
  )
  crashpoint('inventory.after-commit')

  for (const { orderId, sku } of taken) if (orderId === null) keepScarce(sku)
  const reserved = new Map<string, Reservation>()
  for (const [orderId, [first, ...rest]] of Map.groupBy(taken, (row) => row.orderId))
    if (orderId !== null && first) reserved.set(orderId, reservationOf(orderId, [first, ...rest]))
  return reserved

  function keepScarce(sku: string): void {
    if (scarce.size >= mostScarce) scarce.clear()
    scarce.set(sku, time + scarceMs)
  }
}
