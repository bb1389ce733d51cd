// CancelPayment: voids or refunds whatever was or will be taken for an order. An order without a payment gets a tombstone, so that it
// is never paid; a payment without a known outcome is resolved first.

import type { MessageOf } from '@souk/contracts'
import { type CancelPayment, PaymentVoided } from '@souk/contracts/payments'
import type { Transaction } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { checkUnknownNow } from './operation-table.ts'
import { nextPaymentState } from './payment-state.ts'
import { readPayment, requestCancellation, saveLockedPayment } from './payment-table.ts'
import { resolveOperations } from './resolve-due-operations.ts'

export async function cancelPayment(
  { orderId }: MessageOf<typeof CancelPayment>['data'],
  transaction: Transaction,
  context: PaymentsContext,
): Promise<void> {
  const { sql, send } = transaction
  const now = context.now()
  const isTombstone = await requestCancellation(sql, orderId, now)
  if (isTombstone) return send(PaymentVoided({ orderId }))
  transaction.afterCommit(() => context.runSoon(resolveOperations))

  const payment = await readPayment(sql, orderId)
  if (!payment) throw new Error(`Payment ${orderId} is gone.`)
  const transition = nextPaymentState(payment, undefined, now)
  if (transition) return saveLockedPayment(transaction, payment, transition, now, context.metrics)
  // What was taken is not known yet: make the operation due now.
  await checkUnknownNow(sql, orderId, now)
}
