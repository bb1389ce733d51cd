// Finds out how a payment with open operations stands. It asks the provider first and repeats only what never arrived there,
// always under the operation's own key.
import { type PaymentsContext, providerOf } from '../context.ts'
import type { Provider, ProviderPayment } from '../providers/provider.ts'
import { applyReport } from './apply-report.ts'
import { authorizePayment } from './authorize-payment.ts'
import { callProvider } from './call-provider.ts'
import { isOpen, needsReversal, type Operation, type Payment } from './payment.ts'
import type { Refusal } from './payment-state.ts'

/** A request that the provider has not heard of after this time was lost on its way. */
const lostAfterSeconds = 60
/** Providers forget idempotency keys after a day: an operation that has not arrived by then must not be sent again. */
const keyLifetimeHours = 23

/** The payment as it stands after the provider was asked and open operations were sent; as it was when there is no answer. */
export async function resolvePayment(context: PaymentsContext, payment: Payment): Promise<Payment> {
  const provider = providerOf(context, payment.provider)
  const first = payment.operations[0]
  if (!provider || !first) return payment
  const found = await findAtProvider(context, provider, payment, first.id)
  if (found === 'unknown') return payment
  let current = await applyReport(context, payment, found)
  for (const { id } of current.operations) {
    const operation = current.operations.find((one) => one.id === id)
    if (operation && isOpen(operation) && !isKnownToProvider(operation, found))
      current = await performOperation(context, provider, current, operation)
  }
  return current
}

/** The provider's report; undefined when it has never heard of the payment. */
async function findAtProvider(
  context: PaymentsContext,
  provider: Provider,
  { orderId, reference }: Payment,
  operationId: string,
): Promise<ProviderPayment | undefined | 'unknown'> {
  const call = provider.find(reference === null ? { operationId, orderId } : { reference })
  const outcome = await callProvider(context, { orderId, operationId }, call)
  return outcome.kind === 'answer' ? outcome.answer : 'unknown'
}

function isKnownToProvider(operation: Operation, report: ProviderPayment | undefined): boolean {
  return report?.operations.some((one) => one.id === operation.id) ?? false
}

/** Sends an operation that the provider has not heard of. */
async function performOperation(
  context: PaymentsContext,
  provider: Provider,
  payment: Payment,
  operation: Operation,
): Promise<Payment> {
  const ageSeconds = (context.now().getTime() - Date.parse(operation.createdAt)) / 1000
  const takesMoney = operation.kind === 'authorize' || operation.kind === 'capture'
  if (takesMoney && (needsReversal(payment) || ageSeconds > keyLifetimeHours * 3600)) {
    // The request may still be on its way. Only after that is it certain that nothing was taken.
    if (ageSeconds < lostAfterSeconds) return payment
    const refusal = { operationId: operation.id, code: 'never-arrived', message: 'The provider never received it.' }
    return applyReport(context, payment, undefined, refusal)
  }
  const { orderId, reference } = payment
  if (reference === null) return takesMoney ? authorizePayment(context, provider, payment, operation) : payment
  if (operation.kind === 'authorize') return payment
  const operationId = operation.id
  const call = provider[operation.kind]({ operationId, reference, amount: operation.amount })
  const outcome = await callProvider(context, { orderId, operationId }, call)
  if (outcome.kind === 'answer') return applyReport(context, payment, outcome.answer)
  return outcome.kind === 'refusal'
    ? applyRefusal(context, provider, payment, { operationId, ...outcome.refusal })
    : payment
}

/** A refused operation means that the payment is not as we thought: the provider is asked, and both are applied together. */
async function applyRefusal(
  context: PaymentsContext,
  provider: Provider,
  payment: Payment,
  refusal: Refusal,
): Promise<Payment> {
  const found = await findAtProvider(context, provider, payment, refusal.operationId)
  return found === 'unknown' ? payment : applyReport(context, payment, found, refusal)
}
