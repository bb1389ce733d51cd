// POST /v1/orders/:id/shipments. Staff sends a parcel: all that is left, or some of it.
import { randomUUIDv7 } from 'node:crypto'
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { mergeLines } from '../cart/price-cart.ts'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { type Order, orderView, refundableAmount, unitsOf } from './order.ts'
import { lockOrder } from './orders-table.ts'
import { refuseMove } from './refuse-move.ts'

const route = ordersApi.routes.ship
type ParcelLine = { sku: string; quantity: number }

export const ship = handleOnce(
  route,
  async ({ params, body }, { settings, metrics, now }: OrdersContext, transaction) => {
    const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
    if (!order) return refuse(route, 'not-found', 'There is no such order.')

    const at = now().toISOString()
    const { lines, complete } = packParcel(order, body)
    const { carrier, trackingNumber, trackingUrl } = body
    const shipment = { id: randomUUIDv7(), carrier, trackingNumber, trackingUrl, lines, shippedAt: at }
    const shipped = await advanceLocked(order, { type: 'parcel-shipped', shipment, complete }, transaction, {
      at,
      metrics,
    })
    return shipped ? orderView(shipped) : nothingToShip(order)
  },
)

/**
 * The lines of the parcel, and whether it is the last one. Refuses more units than are left, and an order whose money has gone
 * back entirely unless the customer is to keep both. Without lines: all that are left.
 */
export function packParcel(
  order: Order,
  asked: { lines?: readonly ParcelLine[]; evenIfRefunded?: boolean },
): { lines: ParcelLine[]; complete: boolean } {
  if (order.status === 'canceled') refuseMove(route, order, 'order-canceled', 'nothing of it will be sent.')
  if (!order.paidAt) refuseMove(route, order, 'not-paid', 'it has not been paid yet.')
  const left = new Map(order.lines.map((line) => [line.sku, unitsOf(order, line).left]))
  const all = [...left].flatMap(([sku, quantity]) => (quantity > 0 ? [{ sku, quantity }] : []))
  if (all.length === 0) nothingToShip(order)
  const lines = asked.lines ? mergeLines(asked.lines) : all
  for (const { sku, quantity } of lines) {
    const most = left.get(sku) ?? 0
    if (quantity > most)
      refuseMove(route, order, 'too-many-units', `only ${most} of ${sku} are left to send.`, { sku, left: most })
  }
  if (!asked.evenIfRefunded && order.totals.total.amount > 0 && refundableAmount(order) <= 0) {
    const why = 'all its money has gone back or is on its way. Cancel its units, or ship it with evenIfRefunded.'
    refuseMove(route, order, 'order-refunded', why)
  }
  const packed = new Map(lines.map((line) => [line.sku, line.quantity]))
  return { lines, complete: all.every(({ sku, quantity }) => packed.get(sku) === quantity) }
}

function nothingToShip(order: Order): never {
  refuseMove(route, order, 'nothing-to-ship', 'no unit of it is left to send.')
}
