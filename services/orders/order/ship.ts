// POST /v1/orders/:id/shipments. Staff sends a parcel: all that is left, or some of it.
import { randomUUIDv7 } from 'node:crypto'
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { mergeLines } from '../cart/price-cart.ts'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { type Order, orderView, unitsOf } from './order.ts'
import { lockOrder } from './orders-table.ts'

const route = ordersApi.routes.ship
type ParcelLine = { sku: string; quantity: number }

export const ship = handleOnce(route, async ({ params, body }, { settings, now }: OrdersContext, transaction) => {
  const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
  if (!order) return refuse(route, 'not-found', 'There is no such order.')
  if (order.status === 'canceled') refuse(route, 'order-canceled', 'This order was canceled.')
  if (!order.paidAt) refuse(route, 'not-paid', 'This order has not been paid yet.')

  const at = now().toISOString()
  const { lines, complete } = packParcel(order, body.lines)
  const { carrier, trackingNumber, trackingUrl } = body
  const shipment = { id: randomUUIDv7(), carrier, trackingNumber, trackingUrl, lines, shippedAt: at }
  const shipped = await advanceLocked(order, { type: 'parcel-shipped', shipment, complete }, transaction, at)
  return shipped ? orderView(shipped) : refuse(route, 'nothing-to-ship', 'All of this order has been shipped.')
})

/**
 * The lines of the parcel, and whether it is the last one. Refuses more units than are left. Without `asked`: all that are
 * left.
 */
export function packParcel(order: Order, asked: ParcelLine[] | undefined): { lines: ParcelLine[]; complete: boolean } {
  const left = new Map(order.lines.map((line) => [line.sku, unitsOf(order, line).left]))
  const all = [...left].flatMap(([sku, quantity]) => (quantity > 0 ? [{ sku, quantity }] : []))
  if (all.length === 0) refuse(route, 'nothing-to-ship', 'Nothing of this order is left to ship.')
  const lines = asked ? mergeLines(asked) : all
  for (const { sku, quantity } of lines) {
    const most = left.get(sku) ?? 0
    if (quantity > most)
      refuse(route, 'too-many-units', `Only ${most} of ${sku} are left to ship.`, { sku, left: most })
  }
  const packed = new Map(lines.map((line) => [line.sku, line.quantity]))
  return { lines, complete: all.every(({ sku, quantity }) => packed.get(sku) === quantity) }
}
