// The one way in which a provider's report changes a stored payment, wherever it came from: our own call, a webhook, the resolver.
import type { PaymentsContext } from '../context.ts'
import type { ProviderPayment } from '../providers/provider.ts'
import type { Payment } from './payment.ts'
import { nextPaymentState, type Refusal } from './payment-state.ts'
import { readPayment, savePayment } from './payment-table.ts'

const mostAttempts = 50

/**
 * Applies a report (or a refusal) to a payment, stores what changes, and returns the payment as it is then. When somebody else has
 * changed the payment since it was read, it is read again and the report is applied to that.
 */
export async function applyReport(
  context: PaymentsContext,
  payment: Payment,
  report: ProviderPayment | undefined,
  refusal?: Refusal,
): Promise<Payment> {
  const { orderId } = payment
  let current = payment
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const now = context.now()
    const transition = nextPaymentState(current, report, now, refusal)
    if (!transition) return current
    if (await savePayment(context, current, transition, now)) {
      const next = transition.payment
      if (next.status === 'declined' && next.captured > 0)
        context.log.error({ orderId }, 'A provider took another amount than it was asked for.')
      return { ...next, version: current.version + 1, updatedAt: now.toISOString() }
    }
    const latest = await readPayment(context.sql, orderId)
    if (!latest) throw new Error(`Payment ${orderId} is gone.`)
    current = latest
  }
  throw new Error(`Payment ${orderId} changed ${mostAttempts} times while a report was applied to it.`)
}
