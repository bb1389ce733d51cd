// Calls to a provider, and what they come to: an answer, a definite no, or nothing, which is never taken for either.
import { crashpoint } from '@souk/postgres'
import type { PaymentsContext } from '../context.ts'
import { type Provider, ProviderRefusal, ProviderUnknown, within } from '../providers/provider.ts'
import { applyProviderState } from './apply-report.ts'
import type { Known, Operation } from './payment.ts'
import type { Refused } from './payment-state.ts'

/** Asks for the money, the first time or again, always under the operation's own key. */
export async function askForMoney(
  context: PaymentsContext,
  provider: Provider,
  payment: Known,
  operation: Operation,
): Promise<Known> {
  const { request } = payment
  if (!request) throw new Error(`Payment ${payment.orderId} has nothing left to ask with.`)
  const { orderId, amount, currency } = payment
  const asked = { operationId: operation.id, orderId, amount, currency, captureNow: true, ...request }
  try {
    const seen = await within(context.settings.providerTimeoutMs, provider.authorize(asked))
    crashpoint('payments.provider-called')
    const applied = await applyProviderState(context, payment, seen)
    crashpoint('payments.state-applied')
    return applied
  } catch (error) {
    if (error instanceof ProviderRefusal) {
      const refused = { operationId: operation.id, code: error.code, message: error.message }
      return applyProviderState(context, payment, undefined, refused)
    }
    if (!(error instanceof ProviderUnknown)) throw error
    context.log.warn({ orderId, operationId: operation.id, error: error.message }, 'A provider did not answer.')
    await context.sql`
      update payment_operation
      set status = 'unknown', next_check_at = ${new Date(context.now().getTime() + 2_000)}, updated_at = ${context.now()}
      where order_id = ${orderId} and id = ${operation.id} and status = 'pending'`
    return payment
  }
}

export type Outcome<T> = { kind: 'answer'; answer: T } | { kind: 'refusal'; refused: Refused } | { kind: 'unknown' }

/** What a call to the provider came to. Its failures are expected here; bugs still throw. */
export async function answerOf<T>(
  context: PaymentsContext,
  payment: Known,
  operation: Operation | undefined,
  call: Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { kind: 'answer', answer: await within(context.settings.providerTimeoutMs, call) }
  } catch (error) {
    if (error instanceof ProviderRefusal && operation)
      return { kind: 'refusal', refused: { operationId: operation.id, code: error.code, message: error.message } }
    if (!(error instanceof ProviderUnknown) && !(error instanceof ProviderRefusal)) throw error
    const about = { orderId: payment.orderId, operationId: operation?.id, error: error.message }
    context.log.warn(about, 'A provider did not say how a payment stands.')
    return { kind: 'unknown' }
  }
}
