// POST /v1/orders/:id/refunds. Staff refunds some units, an amount, or all that is left. The order's row is locked
// meanwhile, so that refunds that are requested at the same time never exceed what was paid.
import { randomUUIDv7 } from 'node:crypto'
import type { BodyOf } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { mergeLines } from '../cart/price-cart.ts'
import { portion } from '../cart/tax.ts'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { type Order, orderView, type RefundLine, refundableAmount, unitsOf } from './order.ts'
import { lockOrder } from './orders-table.ts'

const route = ordersApi.routes.refund
type Asked = BodyOf<typeof route>

export const refund = handleOnce(route, async ({ params, body }, { settings, now }: OrdersContext, transaction) => {
  const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
  if (!order) return refuse(route, 'not-found', 'There is no such order.')
  if (!order.paidAt) refuse(route, 'not-paid', 'Nothing was paid for this order.')

  const at = now().toISOString()
  const { amount, lines } = whatGoesBack(order, body)
  const money = { amount, currency: order.totals.total.currency }
  const asked = {
    id: randomUUIDv7(),
    status: 'pending' as const,
    amount: money,
    reason: body.reason,
    createdAt: at,
    lines,
  }
  const refunding = await advanceLocked(order, { type: 'refund-requested', refund: asked }, transaction, at)
  return refunding ? orderView(refunding) : refuse(route, 'not-paid', 'Nothing was paid for this order.')
})

/** How much goes back, in minor units, and for which units. Refuses more than what is left. */
export function whatGoesBack(
  order: Order,
  asked: Pick<Asked, 'amount' | 'lines'>,
): { amount: number; lines: RefundLine[] } {
  if (asked.amount && asked.lines) refuse(route, 'invalid-refund', 'Refund an amount or lines, not both.')
  const left = refundableAmount(order)
  const lines = asked.amount ? [] : unitsToRefund(order, asked.lines)
  const amount = asked.amount
    ? amountIn(order, asked.amount)
    : isAllOfIt(order, lines)
      ? left
      : shareOfLines(order, lines)
  if (left <= 0 || amount > left) {
    refuse(route, 'refund-too-large', 'This is more than what is left to refund.', {
      left: { amount: left, currency: order.totals.total.currency },
    })
  }
  if (amount <= 0) refuse(route, 'invalid-refund', 'Nothing was paid for this.')
  return { amount, lines }
}

function amountIn(order: Order, { amount, currency }: { amount: number; currency: string }): number {
  const paidIn = order.totals.total.currency
  if (currency !== paidIn) refuse(route, 'invalid-refund', `This order was paid in ${paidIn}.`)
  if (amount <= 0) refuse(route, 'invalid-refund', 'A refund is more than nothing.')
  return amount
}

/** The requested units, or all that have not been refunded. Units that were not shipped yet come first; they stay here. */
function unitsToRefund(order: Order, asked: Asked['lines']): RefundLine[] {
  const requested = asked && new Map(mergeLines(asked).map((line) => [line.sku, line.quantity]))
  for (const sku of requested?.keys() ?? []) {
    if (!order.lines.some((line) => line.sku === sku)) refuse(route, 'invalid-refund', `${sku} is not in this order.`)
  }
  return order.lines.flatMap((line) => {
    const { refunded, left } = unitsOf(order, line)
    const most = line.quantity - refunded
    const quantity = requested ? (requested.get(line.sku) ?? 0) : most
    if (quantity > most) refuse(route, 'invalid-refund', `Only ${most} of ${line.sku} are left to refund.`)
    return quantity > 0 ? [{ sku: line.sku, quantity, unshipped: Math.min(left, quantity) }] : []
  })
}

/** True when no unit is left after these. They get the whole rest then, whatever was refunded before. */
function isAllOfIt(order: Order, units: readonly RefundLine[]): boolean {
  return order.lines.every((line) => {
    const asked = units.find((one) => one.sku === line.sku)?.quantity ?? 0
    return unitsOf(order, line).refunded + asked >= line.quantity
  })
}

/**
 * The share of these units in the order's total, shipping and tax included, in minor units. However the units are spread over
 * refunds, the shares add up to the total exactly.
 */
export function shareOfLines(order: Order, units: readonly RefundLine[]): number {
  const shares = sharesOfLines(order)
  return units.reduce((sum, { sku, quantity }) => {
    const index = order.lines.findIndex((line) => line.sku === sku)
    const line = order.lines[index] as Order['lines'][number]
    return sum + portion(shares[index] as number, unitsOf(order, line).refunded, quantity, line.quantity)
  }, 0)
}

/** The total, divided among the lines by what they cost after their discounts; by their units when all of them were free. */
function sharesOfLines({ lines, totals }: Order): number[] {
  const costs = lines.map((line) => line.lineTotal.amount + (totals.taxIncluded ? 0 : line.tax.amount))
  const isFree = costs.every((cost) => cost === 0)
  const weights = isFree ? lines.map((line) => line.quantity) : costs
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let running = 0
  return weights.map((weight) => {
    const before = running
    running += weight
    return portion(totals.total.amount, before, weight, whole)
  })
}
