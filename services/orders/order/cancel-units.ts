// POST /v1/orders/:id/cancellations. Staff cancels units that were not sent, and decides how much of their money goes back. The
// order's row is locked meanwhile, so that no unit is canceled and sent at the same time.
import { randomUUIDv7 } from 'node:crypto'
import type { BodyOf } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { askedLines, backForUnits, refuseTooMuch, shippingBack } from './money-back.ts'
import { type Draft, moneyLeft } from './money-left.ts'
import { newRefund } from './new-refund.ts'
import { type Order, unitsOf } from './order.ts'
import { lockOrder } from './orders-table.ts'
import { refuseMove } from './refuse-move.ts'
import { viewSettled } from './settle-withdrawal.ts'

const route = ordersApi.routes.cancelUnits

export const cancelUnits = handleOnce(
  route,
  async ({ params, body }, { settings, metrics, now }: OrdersContext, transaction) => {
    const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
    if (!order) return refuse(route, 'not-found', 'There is no such order.')

    const at = now().toISOString()
    const draft = unitsToCancel(order, body)
    const cancellation = newRefund(order, draft, { id: randomUUIDv7(), reason: body.reason, at })
    const type = cancellation.status === 'pending' ? ('refund-requested' as const) : ('units-canceled' as const)
    const canceled = await advanceLocked(order, { type, refund: cancellation }, transaction, { at, metrics })
    if (!canceled) return nothingToCancel(order)
    const settles = { withdrawalId: body.withdrawalId, refundId: cancellation.id, at }
    return viewSettled(route, canceled, settles, transaction.sql)
  },
)

/**
 * The units, and how much goes back for each line: what was asked, or their share as far as money is left. Refuses more units
 * than are left to send, and more money than their share.
 */
export function unitsToCancel(order: Order, asked: Omit<BodyOf<typeof route>, 'reason' | 'withdrawalId'>): Draft {
  if (order.status === 'canceled') refuseMove(route, order, 'order-canceled', 'nothing of it will be sent.')
  if (!order.paidAt) refuseMove(route, order, 'not-paid', 'cancel the whole order.')
  if (order.lines.every((line) => unitsOf(order, line).left === 0)) nothingToCancel(order)

  const money = moneyLeft(order)
  const shipping = shippingBack(route, order, asked.shipping, money)
  const wanted = askedLines(
    route,
    order,
    asked.lines.map(({ sku, quantity, refund }) => ({ sku, quantity, back: refund })),
  )
  const named = wanted.reduce((sum, { back }) => sum + (back?.amount ?? 0), shipping)
  let rest = Math.max(0, money.total.amount - named)
  const lines = wanted.map((line) => {
    const { sku, quantity } = line
    const { left } = unitsOf(order, order.lines.find((one) => one.sku === sku) as Order['lines'][number])
    if (quantity > left)
      refuseMove(route, order, 'too-many-units', `only ${left} of ${sku} are left to send.`, { sku, left })
    const { amount, share } = backForUnits(route, order, line, money)
    const back = line.back ? amount : Math.min(amount, rest)
    if (!line.back) rest -= back
    return { sku, quantity, unshipped: quantity, restocked: 0, amount: back, share }
  })
  const draft = { lines, shipping, goodwill: 0 }
  refuseTooMuch(route, order, draft)
  return draft
}

function nothingToCancel(order: Order): never {
  refuseMove(route, order, 'nothing-to-cancel', 'no unit of it is left to send.')
}
