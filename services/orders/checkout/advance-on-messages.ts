// Advances an order when payments or inventory announces something: the customer has approved, money came or went back, a
// reservation has ended. A message may come twice, late, or while a request works on the same order; the saga's table
// decides.
import { randomUUIDv7 } from 'node:crypto'
import { ReservationExpired } from '@souk/contracts/inventory'
import type { OrderStatus } from '@souk/contracts/orders'
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  RefundFailed,
} from '@souk/contracts/payments'
import { Unprocessable } from '@souk/messaging'
import { on, type Transaction } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { lockOrder } from '../order/orders-table.ts'
import { advanceLocked } from './advance-order.ts'
import { isListed, type Signal } from './checkout-saga.ts'
import { resumeSoon } from './resume-checkouts.ts'

export const advanceOnMessages = [
  on([PaymentAuthorized], ({ orderId }, transaction, context: OrdersContext) =>
    advance(orderId, { type: 'payment-authorized' }, transaction, context),
  ),
  on(
    [PaymentCaptured],
    ({ orderId }, transaction, context: OrdersContext) =>
      advance(orderId, { type: 'payment-captured' }, transaction, context),
    // An order that was once paid ignores this, also after later changes of its status.
    ({ orderId }, { resources }) => resources.paidOrders.has(orderId),
  ),
  on([PaymentDeclined], ({ orderId, decline }, transaction, context: OrdersContext) =>
    advance(orderId, { type: 'payment-declined', detail: decline }, transaction, context),
  ),
  on([PaymentRefunded], ({ orderId, refundId, amount }, transaction, context: OrdersContext) =>
    advance(orderId, { type: 'payment-refunded', refundId, amount: amount.amount }, transaction, context),
  ),
  on([RefundFailed], ({ orderId, refundId, reason }, transaction, context: OrdersContext) =>
    advance(orderId, { type: 'refund-failed', refundId, reason }, transaction, context),
  ),
  on([ReservationExpired], ({ orderId }, transaction, context: OrdersContext) =>
    advance(orderId, { type: 'reservation-expired', refundId: randomUUIDv7() }, transaction, context),
  ),
]

async function advance(
  orderId: string,
  signal: Signal,
  transaction: Transaction,
  context: OrdersContext,
): Promise<void> {
  const { sql } = transaction
  // Most messages repeat what a request has learned from a reply. Their order has left the state in which they matter and
  // does not come back to it, so it need not be locked to find that out.
  const [order] = await sql<{ status: OrderStatus }>`select status from orders where id = ${orderId}`
  if (!order) throw new Unprocessable(`There is no order ${orderId}.`)
  if (!isListed(order.status, signal.type) || learnsFromReply(orderId, order.status, signal, context)) return

  const locked = await lockOrder(sql, orderId, context.settings.accessKeySecret)
  const about = { at: context.now().toISOString(), metrics: context.metrics }
  const advanced = locked && (await advanceLocked(locked, signal, transaction, about))
  if (advanced?.status === 'capturing') transaction.afterCommit(() => resumeSoon(advanced, context))
}

/**
 * True when a checkout that runs in this process is about to get the same from the reply of payments. If that reply is
 * lost, the resumer asks payments again.
 */
function learnsFromReply(
  orderId: string,
  status: OrderStatus,
  { type }: Signal,
  { resources }: OrdersContext,
): boolean {
  const isResumed = status === 'checking-out' || status === 'capturing'
  return isResumed && type.startsWith('payment-') && resources.runningCheckouts.has(orderId)
}
