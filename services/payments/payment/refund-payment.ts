// RefundPayment: gives part of the money back. The refund is decided here, under the payment's row lock, so that refunds together
// never exceed what was captured. The resolver then asks the provider, under the operation's own key, until it answers.
import type { MessageOf } from '@souk/contracts'
import { RefundFailed, type RefundPayment } from '@souk/contracts/payments'
import type { Transaction } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { insertOperation } from './operation-table.ts'
import { newOperation, type Payment, refundableAmount } from './payment.ts'
import { lockPayment } from './payment-table.ts'
import { resolveOperations } from './resolve-due-operations.ts'

type Refund = MessageOf<typeof RefundPayment>['data']

export async function refundPayment(
  refund: Refund,
  { sql, send, afterCommit }: Transaction,
  context: PaymentsContext,
): Promise<void> {
  const { orderId, refundId, amount, reason } = refund
  const payment = await lockPayment(sql, orderId)
  if (payment?.operations.some((one) => one.refundId === refundId)) return

  const problem = problemWith(refund, payment)
  if (problem) send(RefundFailed({ orderId, refundId, amount, reason: problem }))
  if (!payment) return
  const more = { checkInSeconds: 0, refundId, reason: problem ?? reason }
  const operation = newOperation('refund', amount.amount, context.now(), more)
  await insertOperation(sql, orderId, problem ? { ...operation, status: 'failed' } : operation)
  afterCommit(() => context.runSoon(resolveOperations))
}

/** Why the refund is impossible, or undefined. */
function problemWith({ amount }: Refund, payment: Payment | undefined): string | undefined {
  if (!payment || payment.captured === 0) return 'Nothing was captured for this order.'
  if (amount.currency !== payment.currency) return `The payment was made in ${payment.currency}.`
  if (amount.amount === 0) return 'There is nothing to give back.'
  const left = refundableAmount(payment)
  return amount.amount > left ? `Only ${left} of the payment is left to give back.` : undefined
}
