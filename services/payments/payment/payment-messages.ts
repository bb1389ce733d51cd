// What the rest of the shop is told when a payment changes.
import type { Message } from '@souk/contracts'
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  PaymentVoided,
  RefundFailed,
} from '@souk/contracts/payments'
import { type Known, type Operation, ranks } from './payment.ts'

/** What the status's change says to the shop. */
export function messagesOfStatus(known: Known, next: Known): Message[] {
  const { orderId, amount, currency, status } = next
  if (status === known.status) return []
  if (status === 'voided') return [PaymentVoided({ orderId })]
  if (status === 'declined') return next.decline ? [PaymentDeclined({ orderId, decline: next.decline })] : []
  // What a canceled order's money did on its way back does not concern the order.
  if (next.cancelRequested || ranks[known.status] >= ranks.captured) return []
  if (status === 'authorized') return [PaymentAuthorized({ orderId, amount: { amount, currency } })]
  return next.captured > 0 || status === 'captured' ? [PaymentCaptured({ orderId, amount: { amount, currency } })] : []
}

/** Each refund that has succeeded or failed just now, under the name that its author gave it. */
export function messagesOfRefunds(known: Known, finished: readonly Operation[]): Message[] {
  const { orderId, currency } = known
  let refunded = known.refunded
  return finished
    .filter((operation) => operation.kind === 'refund')
    .map((operation) => {
      const about = {
        orderId,
        refundId: operation.refundId ?? operation.id,
        amount: { amount: operation.amount, currency },
      }
      if (operation.status === 'failed')
        return RefundFailed({ ...about, reason: operation.reason ?? 'The provider refused.' })
      refunded += operation.amount
      return PaymentRefunded({ ...about, totalRefunded: { amount: refunded, currency } })
    })
}
