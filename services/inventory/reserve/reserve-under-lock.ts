// Reserves for each order of a batch what there is, or says what is missing. The stock stays locked from the first statement of
// the transaction to its commit, and a pure function decides in between (`allocation.ts`).
import type { Reservation } from '@souk/contracts/inventory'
import { columns, json, type Sql, type Statement } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import { demandOf } from '../stock/demand.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'
import { type AllocatedLine, type Allocation, type AvailableStock, allocate, type MissingStock } from './allocation.ts'
import type { ReservationRequest, ReserveOutcome } from './reservation.ts'
import { findReservation, newReservationValues, requestColumns, writeAllocatedLines } from './reservations-table.ts'

type Settings = InventoryContext['settings']

/** Returns an outcome for each request, in their order. */
export function reserveUnderLock(
  requests: readonly ReservationRequest[],
  { transaction, settings }: InventoryContext,
): Promise<ReserveOutcome[]> {
  return transaction(async ({ sql, withCommit, send }) => {
    const { checked, stock } = await storeWhatSeemsPossible(sql, requests, settings)
    const stored = requests.filter((_, index) => checked[index]?.status)
    const allocations = allocate(stored, stock)
    for (const statement of writeAllocations(sql, stored, allocations)) withCommit(statement)
    const changes = allocations.flatMap((one) => (one.missing ? [] : one.changes))
    send(...thresholdEvents(changes, settings.lowStock))
    return Promise.all(
      requests.map((request, index) => {
        const allocation = allocations[stored.indexOf(request)]
        return outcomeOf(request, checked[index] as CheckedRequest, allocation, sql) // Every request is checked.
      }),
    )
  })
}

/** What the first statement found out about a request. With a status, its reservation is stored. */
interface CheckedRequest {
  isKnown: boolean
  missing: MissingStock[] | null
  status: Reservation['status'] | null
  expiresAt: string | null
}

const requestRows = columns<ReservationRequest & { place: number }>({
  place: ['integer', (request) => request.place],
  ...requestColumns,
  skus: ['text[]', (request) => request.skus],
  quantities: ['bigint[]', (request) => request.quantities],
})

/**
 * Checks the requests without locks, then locks the stock of the possible ones, by SKU and location, and stores their reservations
 * last: the lock order of `settle/lock-reservations.ts`. A request for stock that is plainly missing waits for no lock and writes
 * nothing.
 */
async function storeWhatSeemsPossible(sql: Sql, requests: readonly ReservationRequest[], settings: Settings) {
  const [row] = await sql<{ checked: CheckedRequest[]; stock: AvailableStock[] }>`
    with request as materialized (
      select * from ${requestRows(requests.map((request, place) => ({ ...request, place })))} as request
    ), checked as materialized (
      select place, order_id, is_pinned, until, skus,
        (select true from reservation r where r.order_id = request.order_id) is not null as is_known,
        (
          select json_agg(
            json_build_object('sku', wanted.sku, 'requested', wanted.quantity, 'available', unlocked.available)
            order by wanted.sku)
          from unnest(skus, quantities) as wanted (sku, quantity)
          cross join lateral (
            select coalesce(sum(s.on_hand - s.reserved), 0) as available from stock s where s.sku = wanted.sku
          ) as unlocked
          where wanted.quantity > unlocked.available
        ) as missing
      from request
    ), possible as materialized (
      select * from checked where not is_known and missing is null
    ), locked_stock as materialized (
      select s.sku, s.location, s.on_hand - s.reserved as available, p.priority
      from stock s
      join location p on p.id = s.location
      where s.sku = any (array(select unnest(skus) from possible))
      order by s.sku, s.location
      for no key update of s
    ), stored as (
      insert into reservation (order_id, status, expires_at)
      select ${newReservationValues(sql, sql`possible`, settings)}
      from possible
      where (select count(*) from locked_stock) >= 0 -- Always true, but evaluated first, so the stock is locked first.
      order by order_id
      on conflict (order_id) do nothing
      returning order_id, status, expires_at
    )
    select
      (
        select json_agg(json_build_object('isKnown', is_known, 'missing', missing,
          'status', stored.status, 'expiresAt', stored.expires_at) order by place)
        from checked
        left join stored using (order_id)
      ) as checked,
      (
        select coalesce(json_agg(json_build_object('sku', sku, 'location', location, 'available', available)
          order by priority, location), '[]')
        from locked_stock
      ) as stock`
  return row as { checked: CheckedRequest[]; stock: AvailableStock[] } // Aggregates without groups return one row.
}

/** Writes the allocated lines, and deletes the stored reservations for which there was not enough after all. */
function writeAllocations(
  sql: Sql,
  stored: readonly ReservationRequest[],
  allocations: readonly Allocation[],
): Statement[] {
  const lines: (AllocatedLine & { orderId: string })[] = []
  const refused: string[] = []
  for (const [index, { orderId }] of stored.entries()) {
    const allocation = allocations[index]
    if (allocation?.missing) refused.push(orderId)
    else for (const line of allocation?.lines ?? []) lines.push({ orderId, ...line })
  }
  const undo = sql`delete from reservation where order_id = any(${refused}::uuid[])`
  const write = writeAllocatedLines(sql, lines, 'reserved')
  return [...(refused.length > 0 ? [undo] : []), ...(lines.length > 0 ? [write] : [])]
}

async function outcomeOf(
  { orderId, skus, quantities }: ReservationRequest,
  { isKnown, missing, status, expiresAt }: CheckedRequest,
  allocation: Allocation | undefined,
  sql: Sql,
): Promise<ReserveOutcome> {
  if (allocation?.missing) return { kind: 'out-of-stock', missing: allocation.missing }
  if (allocation && status) {
    const until = expiresAt === null ? undefined : new Date(expiresAt).toISOString()
    return { kind: 'reserved', reservation: { orderId, status, expiresAt: until, lines: allocation.lines } }
  }
  if (!isKnown && missing) return { kind: 'out-of-stock', missing }

  // The order has a reservation from an earlier request.
  const reservation = await findReservation(sql, orderId)
  if (!reservation) throw new Error(`Reserving for order ${orderId} had no outcome.`)
  if (reservation.status === 'released' || reservation.status === 'expired') return { kind: 'reservation-over' }
  const reserved = demandOf(reservation.lines)
  const isSame = json([skus, quantities]) === json([reserved.skus, reserved.quantities])
  return isSame ? { kind: 'reserved', reservation } : { kind: 'different-lines' }
}
