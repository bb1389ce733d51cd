// PUT /internal/reservations/:orderId. Reserves the stock of an order: all lines or none, once per order.
import { inventoryApi, type Reservation } from '@souk/contracts/inventory'
import { crashpoint, handle, refuse, type Sql, sqlState } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'
import { queueBySku } from './queue-by-sku.ts'
import { type Demand, demandOf, type ReservationRow, reservationOf } from './reservation.ts'

const route = inventoryApi.routes.reserve

interface Wish extends Demand {
  orderId: string
  pinned: boolean
  expiresAt: string | undefined
  holder: string | undefined
  context: InventoryContext
}
interface ReserveRow extends ReservationRow, Change {
  outcome: 'reserved' | 'out-of-stock' | 'over' | 'differs' | 'too-many'
  sku: string
  /** Null where nothing changed: a refusal, or the answer to a repeated request. */
  after: number
}

/** The database gives up the short way: stock went while it looked, or a SKU becomes low or sold out. */
const needsTransaction = 'SK001'

export const reserve = handle(route, async ({ params, body }, context: InventoryContext) => {
  const { pinned, expiresAt, holder } = body
  const wish = { ...demandOf(body.lines), orderId: params.orderId, pinned, expiresAt, holder, context }
  const rows = await context.own.reserveInTurn(wish)
  crashpoint('inventory.reserved')
  return answer(wish, rows)
})

/** The waiting line of one running service. */
export function openWaitingLine(): (wish: Wish) => Promise<ReserveRow[]> {
  return queueBySku({ alone: reserveAlone, together: reserveTogether }, mayShare)
}
function mayShare(one: Wish, other: Wish): boolean {
  return one.orderId !== other.orderId && (one.holder === undefined || one.holder !== other.holder)
}

async function reserveAlone(wish: Wish): Promise<ReserveRow[]> {
  try {
    return await ask(wish, wish.context.sql, false)
  } catch (error) {
    if (sqlState(error) !== needsTransaction) throw error
  }
  // The longer way, in two round trips: a message about what this changes leaves with it.
  return wish.context.transaction(async ({ sql, send }) => {
    const rows = await ask(wish, sql, true)
    answer(wish, rows) // A refusal leaves through here, and undoes what the statement began.
    send(...crossingsOf(rows.filter(isChange), wish.context.settings.lowStock))
    return rows
  })
}

function ask(wish: Wish, sql: Sql, inTransaction: boolean) {
  const { settings } = wish.context
  return sql<ReserveRow>`
    select outcome, status, expires_at, sku, location, quantity, before, after
    from reserve_stock(
      ${wish.orderId}::uuid, ${wish.skus}::text[], ${wish.quantities}::bigint[], ${wish.pinned}::boolean,
      ${wish.expiresAt}::timestamptz, ${settings.reservationMinutes}::integer, ${wish.holder}::text,
      ${settings.reservationsPerHolder}::integer, ${settings.lowStock}::bigint, ${inTransaction}::boolean)`
}

/** Orders that all want the same single SKU. */
async function reserveTogether(wishes: readonly Wish[]): Promise<ReserveRow[][]> {
  const [{ context, skus } = {} as never] = wishes
  const { settings } = context
  const rows = await context.transaction(async ({ sql, send }) => {
    const found = await sql<ReserveRow & { orderId: string }>`
      select order_id, outcome, status, expires_at, sku, location, quantity, before, after
      from reserve_together(
        ${skus[0]}::text, ${wishes.map((it) => it.orderId)}::uuid[], ${wishes.map((it) => it.quantities[0])}::bigint[],
        ${wishes.map((it) => it.pinned)}::boolean[], ${wishes.map((it) => it.expiresAt)}::timestamptz[],
        ${wishes.map((it) => it.holder)}::text[], ${settings.reservationMinutes}::integer,
        ${settings.reservationsPerHolder}::integer)`
    send(...crossingsOf(found.filter(isChange), settings.lowStock))
    return found
  })
  const byOrder = Map.groupBy(rows, (row) => row.orderId)
  return wishes.map((wish) => byOrder.get(wish.orderId.toLowerCase()) ?? [])
}

function isChange(row: ReserveRow): boolean {
  return row.after !== null
}

function answer(wish: Wish, rows: readonly ReserveRow[]): Reservation {
  const [first, ...rest] = rows
  switch (first?.outcome) {
    case 'reserved':
      return reservationOf(wish.orderId, [first, ...rest])
    case 'out-of-stock':
      refuse(route, 'out-of-stock', `There is not enough of ${rows.map((row) => row.sku).join(', ')}.`, {
        missing: rows.map(({ sku, quantity, before }) => ({ sku, requested: quantity, available: before })),
      })
      break
    case 'over':
      refuse(route, 'reservation-over', 'The reservation of this order is over. Place a new order.')
      break
    case 'differs':
      refuse(
        route,
        'invalid-request',
        'This order has a reservation of other things. An order does not change its lines.',
      )
      break
    case 'too-many':
      refuse(
        route,
        'too-many-reservations',
        'You hold many unpaid orders. Pay or cancel one of them, or wait until they expire.',
      )
  }
  throw new Error(`Reserving for order ${wish.orderId} had no outcome.`)
}
