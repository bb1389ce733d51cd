// What payments and inventory tell later: the customer has approved, the money came or went back, a reservation ran out.
// Any of it may come twice, late, or while a request is at the same order; the saga's table knows what still matters.
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
import { advanceLocked } from './advance-order.ts'
import { isListed, type Signal } from './checkout-saga.ts'
import type { OrdersContext } from './context.ts'
import { lockOrder } from './orders-table.ts'
import { resumeSoon } from './resume-checkouts.ts'

export const hearPayments = [
  on([PaymentAuthorized], ({ orderId }, transaction, context: OrdersContext) =>
    hear(orderId, { type: 'payment-authorized' }, transaction, context),
  ),
  on(
    [PaymentCaptured],
    ({ orderId }, transaction, context: OrdersContext) =>
      hear(orderId, { type: 'payment-captured' }, transaction, context),
    // A placed order ignores this for good, whatever becomes of it.
    ({ orderId }, { resources }) => resources.placed.has(orderId),
  ),
  on([PaymentDeclined], ({ orderId, decline }, transaction, context: OrdersContext) =>
    hear(orderId, { type: 'payment-declined', detail: decline }, transaction, context),
  ),
  on([PaymentRefunded], ({ orderId, refundId, amount }, transaction, context: OrdersContext) =>
    hear(orderId, { type: 'payment-refunded', refundId, amount: amount.amount }, transaction, context),
  ),
  on([RefundFailed], ({ orderId, refundId, reason }, transaction, context: OrdersContext) =>
    hear(orderId, { type: 'refund-failed', refundId, reason }, transaction, context),
  ),
  on([ReservationExpired], ({ orderId }, transaction, context: OrdersContext) =>
    hear(orderId, { type: 'reservation-expired', refundId: randomUUIDv7() }, transaction, context),
  ),
]

async function hear(orderId: string, signal: Signal, transaction: Transaction, context: OrdersContext): Promise<void> {
  const { sql } = transaction
  // Most of these messages only repeat what the request has learned already. Such an order has left the state in which
  // they matter for good, so no lock is needed to see it.
  const [found] = await sql<{ status: OrderStatus }>`select status from orders where id = ${orderId}`
  if (!found) throw new Unprocessable(`There is no order ${orderId}.`)
  if (!isListed(found.status, signal.type) || isLearnedByDriver(orderId, found.status, signal, context)) return

  const order = await lockOrder(sql, orderId, context.shared.sharedSecret)
  const advanced = order && (await advanceLocked(order, signal, transaction, context.now().toISOString()))
  if (advanced?.status === 'capturing') transaction.afterCommit(() => resumeSoon(advanced, context))
}

/** Who drives the order here is just being told the same by payments; if that is lost, the resumer asks again. */
function isLearnedByDriver(
  orderId: string,
  status: OrderStatus,
  { type }: Signal,
  { resources }: OrdersContext,
): boolean {
  const isResumed = status === 'checking-out' || status === 'capturing'
  return isResumed && type.startsWith('payment-') && resources.driving.has(orderId)
}
