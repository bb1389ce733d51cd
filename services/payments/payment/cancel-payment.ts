// CancelPayment: undoes whatever was or will be taken for an order. A payment that is not there yet is marked, so that it
// never begins; one that is under way is resolved first and then given back.

import type { MessageOf } from '@souk/contracts'
import type { CancelPayment } from '@souk/contracts/payments'
import { PaymentVoided } from '@souk/contracts/payments'
import type { Transaction } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { noCurrency } from './payment.ts'
import { merge } from './payment-state.ts'
import { readPayment, storeChangesIn } from './payment-table.ts'
import { resolveOperations } from './resolve-operations.ts'

export async function cancelPayment(
  { orderId }: MessageOf<typeof CancelPayment>['data'],
  transaction: Transaction,
  context: PaymentsContext,
): Promise<void> {
  const { sql, send } = transaction
  const now = context.now()
  const [marked] = await sql<{ isNew: boolean }>`
    insert into payment (order_id, amount, currency, provider, status, cancel_requested, created_at, updated_at)
    values (${orderId}, 0, ${noCurrency}, 'none', 'voided', true, ${now}, ${now})
    on conflict (order_id) do update set cancel_requested = true, version = payment.version + 1
    returning version = 0 as is_new`
  if (marked?.isNew) return send(PaymentVoided({ orderId }))

  transaction.afterCommit(() => context.runSoon(resolveOperations))
  const payment = await readPayment(sql, orderId)
  if (!payment) throw new Error(`Payment ${orderId} is gone.`)
  const changes = merge(payment, undefined, now)
  if (changes) return storeChangesIn(transaction, payment, changes, now)
  // Nobody knows yet what was taken: find out now rather than when it is due.
  await sql`
    update payment_operation
    set next_check_at = ${now}
    where order_id = ${orderId}
      and next_check_at > ${now}
      and status = 'unknown'`
}
