// Asks a provider to authorize and capture the money of an order, the first time or again, always under the operation's own key.
import { crashpoint } from '@souk/postgres'
import type { PaymentsContext } from '../context.ts'
import type { Provider } from '../providers/provider.ts'
import { applyReport } from './apply-report.ts'
import { callProvider } from './call-provider.ts'
import { markOutcomeUnknown } from './operation-table.ts'
import type { Operation, Payment } from './payment.ts'

/** The resolver asks how an operation stands this long after a call with an unknown outcome. */
const checkUnknownAfterSeconds = 2

/** The payment after the provider's answer; as it was when the outcome is unknown. */
export async function authorizePayment(
  context: PaymentsContext,
  provider: Provider,
  payment: Payment,
  operation: Operation,
): Promise<Payment> {
  const { orderId, amount, currency, request } = payment
  if (!request) throw new Error(`Payment ${orderId} has nothing left to ask the provider with.`)
  const operationId = operation.id
  const call = provider.authorize({ operationId, orderId, amount, currency, captureNow: true, ...request })
  const outcome = await callProvider(context, { orderId, operationId }, call)
  if (outcome.kind === 'answer') {
    crashpoint('payments.provider-called')
    const applied = await applyReport(context, payment, outcome.answer)
    crashpoint('payments.state-applied')
    return applied
  }
  if (outcome.kind === 'refusal') return applyReport(context, payment, undefined, { operationId, ...outcome.refusal })
  const now = context.now()
  const nextCheckAt = new Date(now.getTime() + checkUnknownAfterSeconds * 1000)
  await markOutcomeUnknown(context.sql, orderId, operationId, { now, nextCheckAt })
  return payment
}
