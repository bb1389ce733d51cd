// Finds out what became of operations that have no answer yet, and does those that are due: after a timeout, a crash, a
// cancellation, a refund. It asks the provider first and repeats only what never arrived, always under the same key.
import { every } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import type { Provider, ProviderPayment } from '../providers/provider.ts'
import { applyProviderState } from './apply-report.ts'
import { answerOf, askForMoney } from './call-provider.ts'
import { isOpen, isUnwanted, type Known, type Operation } from './payment.ts'
import type { Refused } from './payment-state.ts'
import { readPayments } from './payment-table.ts'

const batch = 100
/** Seconds until it is looked at again, by how often that has happened. */
const backOffSeconds = [2, 5, 15, 60, 60, 60, 300]
/** A request that the provider has not heard of after so long was lost on the way. */
const lostAfterSeconds = 60
/** Providers forget idempotency keys after a day; what never arrived by then must not be sent again. */
const keyLivesHours = 23

/** The habit, run at once when one becomes due: takes due operations, a few at a time; other instances skip those that were taken. */
export const resolveOperations = every(1, 'resolve-operations', async (context: PaymentsContext) => {
  const now = context.now()
  const taken = await context.sql<{ orderId: string }>`
    update payment_operation
    set attempts = attempts + 1,
      next_check_at = ${now}::timestamptz
        + (${backOffSeconds}::int[])[least(attempts + 1, ${backOffSeconds.length})] * interval '1 second'
    where (order_id, id) in (
      select order_id, id
      from payment_operation
      where next_check_at <= ${now}
      order by next_check_at
      limit ${batch}
      for update skip locked
    )
    returning order_id`
  if (taken.length === 0) return
  const payments = await readPayments(context.sql, [...new Set(taken.map((one) => one.orderId))])
  const results = await Promise.allSettled(payments.map((payment) => settleOperations(context, payment)))
  for (const result of results) {
    if (result.status === 'rejected')
      context.log.error({ err: result.reason }, 'A payment could not be resolved; it is tried again.')
  }
})

/** Asks how a payment stands, and does what is open and has not been done. Without an answer it stays as it was. */
export async function settleOperations(context: PaymentsContext, payment: Known): Promise<Known> {
  const provider = providerOf(context, payment.provider)
  const first = payment.operations[0]
  if (!provider || !first) return payment
  const which = { reference: payment.reference ?? undefined, operationId: first.id, orderId: payment.orderId }
  const asked = await answerOf(context, payment, first, provider.find(which))
  if (asked.kind !== 'answer') return payment
  let known = await applyProviderState(context, payment, asked.answer)
  for (const { id } of known.operations) {
    const operation = known.operations.find((one) => one.id === id)
    if (operation && isOpen(operation) && !isThere(operation, asked.answer))
      known = await perform(context, provider, known, operation)
  }
  return known
}

function isThere(operation: Operation, seen: ProviderPayment | undefined): boolean {
  return seen?.operations.some((one) => one.id === operation.id) ?? false
}

/** Does one operation that the provider has not heard of. */
async function perform(
  context: PaymentsContext,
  provider: Provider,
  payment: Known,
  operation: Operation,
): Promise<Known> {
  const ageSeconds = (context.now().getTime() - Date.parse(operation.createdAt)) / 1000
  const isTaking = operation.kind === 'authorize' || operation.kind === 'capture'
  if (isTaking && (isUnwanted(payment) || ageSeconds > keyLivesHours * 3600)) {
    // It may still be on its way; only when it cannot be any more is it certain that nothing was taken.
    if (ageSeconds < lostAfterSeconds) return payment
    const refused = { operationId: operation.id, code: 'never-arrived', message: 'The provider never received it.' }
    return applyProviderState(context, payment, undefined, refused)
  }
  if (payment.reference === null) return isTaking ? askForMoney(context, provider, payment, operation) : payment
  if (operation.kind === 'authorize') return payment
  const step = { operationId: operation.id, reference: payment.reference, amount: operation.amount }
  const result = await answerOf(context, payment, operation, provider[operation.kind](step))
  if (result.kind === 'answer') return applyProviderState(context, payment, result.answer)
  return result.kind === 'refusal' ? refusedStep(context, provider, payment, result.refused) : payment
}

/** A definite no: the payment is not as we thought, so ask how it stands and merge both. */
async function refusedStep(
  context: PaymentsContext,
  provider: Provider,
  payment: Known,
  refused: Refused,
): Promise<Known> {
  const { orderId, reference } = payment
  const which = { reference: reference ?? undefined, operationId: refused.operationId, orderId }
  const asked = await answerOf(context, payment, undefined, provider.find(which))
  return asked.kind === 'answer' ? applyProviderState(context, payment, asked.answer, refused) : payment
}
