// POST /internal/reservations/:orderId/hold. The payment of an order waits for its customer or its bank. Its stock stays reserved
// until the given time if that is within the bounds of what may be held unpaid; else it is given back, and pin reserves it again.
import type { BodyOf } from '@souk/contracts'
import { inventoryApi } from '@souk/contracts/inventory'
import type { Sql } from '@souk/postgres'
import { handle, refuse, type Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { lockReservations } from '../settle/lock-reservations.ts'
import { availabilityChanges, type LockedReservations } from '../settle/settlement.ts'
import { writeSettlements } from '../settle/write-settlements.ts'
import { type Demand, demandOf } from '../stock/demand.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'
import { type Held, type Holder, mayHold, type SharedStock, unitsOf } from './hold-bounds.ts'
import { findReservation } from './reservations-table.ts'

const route = inventoryApi.routes.hold
type Wish = BodyOf<typeof route>

export const hold = handle(route, async ({ params, body }, context: InventoryContext) => {
  const orderId = params.orderId.toLowerCase()
  const holders = holdersOf(body.heldBy, context.settings)
  await context.transaction((transaction) => holdOrDefer(orderId, body, holders, transaction, context.settings))
  const reservation = await findReservation(context.sql, orderId)
  if (!reservation) return refuse(route, 'not-found', 'There is no reservation of this order.')
  if (reservation.status === 'released' || reservation.status === 'expired') {
    refuse(route, 'reservation-over', 'The reservation of this order is over.')
  }
  return reservation
})

/**
 * Only a reservation that is pinned since it was made is decided about. One that is held already is held until the earlier of both
 * times. Once the bank has agreed, nothing changes: the request was under way for long.
 */
async function holdOrDefer(
  orderId: string,
  { until, value }: Wish,
  holders: readonly Holder[],
  { sql, send, withCommit }: Transaction,
  settings: InventoryContext['settings'],
): Promise<void> {
  // Decisions about one holder wait for each other here, and those about one SKU at the lock of its stock. So none of them misses
  // what another has granted. These locks come first, and nothing else takes them.
  await sql`
    select pg_advisory_xact_lock(hashtextextended(key, 9))
    from (select key from unnest(${holders.map(({ key }) => key)}::text[]) as key order by key) as sorted`
  const locked = await lockReservations(sql, [orderId], true)
  const [reservation] = locked.reservations
  if (reservation?.status === 'active') {
    withCommit(sql`update reservation set expires_at = least(expires_at, ${until}) where order_id = ${orderId}`)
  }
  if (reservation?.status !== 'pinned') return
  const [agreed] = await sql`select from reservation where order_id = ${orderId} and agreed_at is not null`
  if (agreed) return

  const demand = demandOf(locked.lines)
  const { held, stock } = await readHeld(sql, holders, demand, value.currency, locked)
  if (mayHold({ ...demand, holders, value: value.amount }, held, stock, settings.unpaidSharePercent)) {
    withCommit(sql`
      update reservation
      set status = 'active', expires_at = ${until}, held_by = ${holders.map(({ key }) => key)},
        held_units = ${unitsOf(demand)}, held_value = ${value.amount}, held_currency = ${value.currency},
        held_most_units = ${holders.map(({ mostUnits }) => mostUnits)},
        held_most_value = ${holders.map(({ mostValue }) => mostValue)}
      where order_id = ${orderId}`)
    return
  }
  const deferral = { ...reservation, status: 'deferred' as const, movements: ['deferred' as const] }
  withCommit(writeSettlements(sql, [deferral]))
  send(...thresholdEvents(availabilityChanges([deferral], locked), settings.lowStock))
}

/** What the holders and the other unpaid orders hold now. */
async function readHeld(
  sql: Sql,
  holders: readonly Holder[],
  { skus }: Demand,
  currency: string,
  locked: LockedReservations,
): Promise<{ held: Held[]; stock: SharedStock[] }> {
  const [held, heldOfSkus] = await Promise.all([
    sql<Held>`
      select key, coalesce(sum(r.held_units), 0)::bigint as units,
        coalesce(sum(r.held_value) filter (where r.held_currency = ${currency}), 0)::bigint as value
      from unnest(${holders.map(({ key }) => key)}::text[]) as key
      left join reservation r on r.expires_at is not null and r.held_by @> array[key]
      group by key`,
    sql<{ sku: string; held: number }>`
      select l.sku, sum(l.quantity)::bigint as held
      from reservation r
      join reservation_line l on l.order_id = r.order_id
      where r.expires_at is not null and l.sku = any(${skus}::text[])
      group by l.sku`,
  ])
  const stock = skus.map((sku) => ({
    sku,
    available: locked.stock.reduce((sum, row) => sum + (row.sku === sku ? row.available : 0), 0),
    held: heldOfSkus.find((row) => row.sku === sku)?.held ?? 0,
  }))
  return { held, stock }
}

function holdersOf({ network, mailbox, customer }: Wish['heldBy'], settings: InventoryContext['settings']): Holder[] {
  const person = { mostUnits: settings.unpaidUnitsPerPerson, mostValue: settings.unpaidValuePerPerson }
  return [
    ...(network === undefined
      ? []
      : [
          {
            key: `network:${network}`,
            mostUnits: settings.unpaidUnitsPerNetwork,
            mostValue: settings.unpaidValuePerNetwork,
          },
        ]),
    { key: `mailbox:${mailbox}`, ...person },
    ...(customer === undefined ? [] : [{ key: `customer:${customer}`, ...person }]),
  ]
}
