// The messages that tell the rest of the shop what a payment has become.
import type { Message } from '@souk/contracts'
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  PaymentVoided,
  RefundFailed,
} from '@souk/contracts/payments'
import { type Operation, type Payment, ranks } from './payment.ts'

/** What the status's change says to the shop. */
export function messagesOfStatus(payment: Payment, next: Payment): Message[] {
  const { orderId, amount, currency, status } = next
  if (status === payment.status) return []
  if (status === 'voided') return [PaymentVoided({ orderId })]
  if (status === 'declined') return next.decline ? [PaymentDeclined({ orderId, decline: next.decline })] : []
  // A cancellation or a capture is only followed by reversals and refunds; those have messages of their own.
  if (next.cancelRequested || ranks[payment.status] >= ranks.captured) return []
  if (status === 'authorized') return [PaymentAuthorized({ orderId, amount: { amount, currency } })]
  return next.captured > 0 || status === 'captured' ? [PaymentCaptured({ orderId, amount: { amount, currency } })] : []
}

/** Each refund that has succeeded or failed just now, under the name that its author gave it. */
export function messagesOfRefunds(payment: Payment, finished: readonly Operation[]): Message[] {
  const { orderId, currency } = payment
  let refunded = payment.refunded
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
