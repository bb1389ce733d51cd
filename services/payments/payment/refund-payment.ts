// RefundPayment: gives part of the money back. The refund is decided here, under the payment's row lock, so that refunds
// together never exceed what was captured; the provider is asked afterwards, under the refund's own key, until it answers.
import type { MessageOf } from '@souk/contracts'
import { RefundFailed, type RefundPayment } from '@souk/contracts/payments'
import type { Transaction } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { type Known, newOperation } from './payment.ts'
import { readPayment } from './payment-table.ts'
import { resolveOperations } from './resolve-operations.ts'

type Wanted = MessageOf<typeof RefundPayment>['data']

export async function refundPayment(
  refund: Wanted,
  { sql, send, afterCommit }: Transaction,
  context: PaymentsContext,
): Promise<void> {
  const { orderId, refundId, amount, reason } = refund
  const now = context.now()
  await sql`update payment set version = version + 1 where order_id = ${orderId}`
  const payment = await readPayment(sql, orderId)
  if (payment?.operations.some((one) => one.refundId === refundId)) return

  const impossible = whyNot(refund, payment)
  if (impossible) send(RefundFailed({ orderId, refundId, amount, reason: impossible }))
  if (!payment) return
  const operation = newOperation('refund', amount.amount, now, {
    checkInSeconds: 0,
    refundId,
    reason: impossible ?? reason,
  })
  await sql`
    insert into payment_operation (id, order_id, kind, amount, status, refund_id, reason, next_check_at, created_at, updated_at)
    values (${operation.id}, ${orderId}, 'refund', ${operation.amount}, ${impossible ? 'failed' : 'pending'}, ${refundId},
      ${operation.reason}, ${impossible ? null : now}, ${now}, ${now})
    on conflict do nothing`
  afterCommit(() => context.runSoon(resolveOperations))
}

function whyNot({ amount }: Wanted, payment: Known | undefined): string | undefined {
  if (!payment || payment.captured === 0) return 'Nothing was captured for this order.'
  if (amount.currency !== payment.currency) return `The payment was made in ${payment.currency}.`
  if (amount.amount === 0) return 'There is nothing to give back.'
  const refunds = payment.operations.filter((one) => one.kind === 'refund' && one.status !== 'failed')
  const left = payment.captured - refunds.reduce((sum, one) => sum + one.amount, 0)
  return amount.amount > left ? `Only ${left} of the payment is left to give back.` : undefined
}
