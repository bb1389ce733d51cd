// PUT /internal/reservations/:orderId. Reserves the stock of an order: all lines or none, once per order.
import { inventoryApi, type Reservation } from '@souk/contracts/inventory'
import { handle, refuse, type Sql, sqlState } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'
import { type Demand, demandOf, type ReservationRow, reservationOf } from './reservation.ts'

const route = inventoryApi.routes.reserve

interface Wish extends Demand {
  orderId: string
  pinned: boolean
  expiresAt: string | undefined
  holder: string | undefined
}
interface ReserveRow extends ReservationRow, Change {
  outcome: 'reserved' | 'out-of-stock' | 'over' | 'differs' | 'too-many'
  sku: string
}

/** The database gives up the short way: stock went while it looked, or a SKU becomes low or sold out. */
const needsTransaction = 'SK001'

export const reserve = handle(route, async ({ params, body }, context: InventoryContext) => {
  const wish: Wish = {
    ...demandOf(body.lines),
    orderId: params.orderId,
    pinned: body.pinned,
    expiresAt: body.expiresAt,
    holder: body.holder,
  }
  try {
    return answer(wish, await ask(wish, context.sql, context, false))
  } catch (error) {
    if (sqlState(error) !== needsTransaction) throw error
    return reserveAndTell(wish, context)
  }
})

/** The longer way, in two round trips: a message about what this changes leaves with it. */
function reserveAndTell(wish: Wish, context: InventoryContext): Promise<Reservation> {
  return context.transaction(async ({ sql, send }) => {
    const rows = await ask(wish, sql, context, true)
    const reservation = answer(wish, rows)
    if (rows[0]?.after !== null) send(...crossingsOf(rows, context.settings.lowStock))
    return reservation
  })
}

async function ask(wish: Wish, sql: Sql, { settings }: InventoryContext, inTransaction: boolean) {
  return sql<ReserveRow>`
    select outcome, status, expires_at, sku, location, quantity, before, after
    from reserve_stock(
      ${wish.orderId}::uuid, ${wish.skus}::text[], ${wish.quantities}::bigint[], ${wish.pinned}::boolean,
      ${wish.expiresAt}::timestamptz, ${settings.reservationMinutes}::integer, ${wish.holder}::text,
      ${settings.reservationsPerHolder}::integer, ${settings.lowStock}::bigint, ${inTransaction}::boolean)`
}

function answer(wish: Wish, rows: ReserveRow[]): Reservation {
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
