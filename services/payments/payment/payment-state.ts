// What a payment becomes when its provider has told how it stands. One pure function for every source: the reply to our
// call, a webhook, the resolver, the browser's return. It only moves forward, so late, repeated and reordered news is harmless.
import type { Message } from '@souk/contracts'
import type { Payment } from '@souk/contracts/payments'
import type { OperationKind, ProviderPayment } from '../providers/provider.ts'
import { isOpen, isUnwanted, type Known, newOperation, type Operation, type PaymentStatus, ranks } from './payment.ts'
import { messagesOfRefunds, messagesOfStatus } from './payment-messages.ts'

/** A definite no to one operation. */
export interface Refused {
  operationId: string
  code: string
  message: string
}
/** Money that one account gets and another gives. */
export interface Transfer {
  /** That of the operation that moved it. */
  id: string
  debit: string
  credit: string
  currency: string
  amount: number
}
export interface Changes {
  next: Known
  /** The new operations and those that changed. */
  operations: Operation[]
  ledger: Transfer[]
  messages: Message[]
}

/** Money that cannot be given back this often waits for a person. */
const mostTriesToGiveBack = 5
const secondsUntilNextTry = [0, 2, 5, 15, 60]

/** What changes when the provider says `seen`; undefined when that is nothing new. */
export function merge(
  known: Known,
  seen: ProviderPayment | undefined,
  now: Date,
  refused?: Refused,
): Changes | undefined {
  if (seen && !isAbout(known, seen)) return undefined
  const settled = known.operations.map((operation) => settle(operation, seen, refused))
  const captured = total(settled, 'capture')
  const refunded = total(settled, 'refund')
  const status = forward(known.status, statusOf(known, settled, seen, captured, refunded))
  const told: Known = {
    ...known,
    status,
    captured,
    refunded,
    reference: known.reference ?? seen?.reference ?? null,
    nextAction: status === 'action-required' ? (seen?.nextAction ?? known.nextAction) : null,
    decline: status === 'declined' ? (known.decline ?? declineOf(known, settled, seen, refused)) : null,
    request: status === 'processing' ? known.request : null,
    operations: settled,
  }
  const givenBack = giveBack(told, seen?.state ?? known.status, now)
  const next = givenBack ? { ...told, operations: [...settled, givenBack] } : told
  const operations = next.operations.filter((operation, index) => operation !== known.operations[index])
  const isNews = operations.length > 0 || status !== known.status || next.reference !== known.reference
  if (!isNews) return undefined
  const finished = operations.filter((operation) => !isOpen(operation))
  return {
    next,
    operations,
    ledger: finished.flatMap((operation) => ledgerOf(known, operation, seen)),
    messages: [...messagesOfStatus(known, next), ...messagesOfRefunds(known, finished)],
  }
}

/** Another payment for the same order (made in the provider's own pages, say) is none of ours: reconciliation tells. */
function isAbout(known: Known, seen: ProviderPayment): boolean {
  if (known.reference !== null) return seen.reference === known.reference
  return seen.operations.some((theirs) => known.operations.some((ours) => ours.id === theirs.id))
}

/** An operation as the provider tells it. Unchanged operations stay the same object. */
function settle(operation: Operation, seen: ProviderPayment | undefined, refused: Refused | undefined): Operation {
  if (operation.status === 'succeeded') return operation
  const fail = (reason: string): Operation => ({ ...operation, status: 'failed', reason, nextCheckAt: null })
  const theirs = seen?.operations.find((one) => one.id === operation.id)
  // What we had given up for lost may have arrived after all: the provider is right.
  if (operation.status === 'failed' && theirs?.status !== 'succeeded') return operation
  if (refused?.operationId === operation.id) return fail(refused.message)
  if (theirs?.status === 'failed') return { ...fail(theirs.reason ?? 'refused by the provider'), kind: theirs.kind }
  if (theirs?.status === 'succeeded') {
    const reference = theirs.reference ?? null
    return { ...operation, kind: theirs.kind, amount: theirs.amount, status: 'succeeded', reference, nextCheckAt: null }
  }
  if (theirs) return theirs.kind === operation.kind ? operation : { ...operation, kind: theirs.kind }
  const isOver = seen?.state === 'voided' || seen?.state === 'declined'
  return isOver && operation.kind !== 'refund' ? fail(`the payment is ${seen.state}`) : operation
}

function total(operations: readonly Operation[], kind: OperationKind): number {
  let sum = 0
  for (const one of operations) if (one.kind === kind && one.status === 'succeeded') sum += one.amount
  return sum
}

function statusOf(
  known: Known,
  operations: readonly Operation[],
  seen: ProviderPayment | undefined,
  captured: number,
  refunded: number,
): PaymentStatus {
  if (hasCaptured(operations)) {
    if (captured !== known.amount || isOtherCurrency(known, seen)) return 'declined'
    if (refunded === 0) return 'captured'
    return refunded < captured ? 'partially-refunded' : 'refunded'
  }
  if (seen?.state === 'voided') return 'voided'
  const hasFailed = operations.some((one) => one.status === 'failed' && ['authorize', 'capture'].includes(one.kind))
  // Canceled, and the provider has never heard of it: nothing was declined.
  if (hasFailed && !seen && known.cancelRequested) return 'voided'
  if (seen?.state === 'declined' || hasFailed) return 'declined'
  return seen && seen.state !== 'captured' ? seen.state : known.status
}
function forward(from: PaymentStatus, to: PaymentStatus): PaymentStatus {
  if (from === 'declined' || from === 'voided') return from
  return ranks[to] > ranks[from] ? to : from
}
function hasCaptured(operations: readonly Operation[]): boolean {
  return operations.some((one) => one.kind === 'capture' && one.status === 'succeeded')
}
function isOtherCurrency(known: Known, seen: ProviderPayment | undefined): boolean {
  return seen !== undefined && seen.currency !== known.currency
}

function declineOf(
  known: Known,
  operations: readonly Operation[],
  seen: ProviderPayment | undefined,
  refused: Refused | undefined,
): NonNullable<Payment['decline']> {
  if (seen?.decline) return seen.decline
  if (refused) return { code: refused.code, message: refused.message }
  if (hasCaptured(operations) || isOtherCurrency(known, seen))
    return { code: 'amount-differs', message: 'Another amount was taken than was asked for. It is being given back.' }
  const failed = operations.find((one) => one.status === 'failed' && one.reason)
  return { code: 'declined', message: failed?.reason ?? 'The payment was declined.' }
}

/** The operation that returns what nobody wants any more: a refund of what was captured, or a void of what is held. */
function giveBack(payment: Known, state: PaymentStatus, now: Date): Operation | undefined {
  if (!isUnwanted(payment)) return undefined
  const kind = payment.captured > 0 ? 'refund' : 'void'
  const tries = payment.operations.filter(
    (one) => one.kind === kind && one.refundId === (kind === 'void' ? null : one.id),
  )
  const failures = tries.filter((one) => one.status === 'failed').length
  if (failures >= mostTriesToGiveBack) return undefined
  const plan = { checkInSeconds: secondsUntilNextTry[failures] ?? 60, reason: 'The order was not made.' }
  if (kind === 'refund') {
    const returned = payment.operations.filter((one) => one.kind === 'refund' && one.status !== 'failed')
    const rest = payment.captured - returned.reduce((sum, one) => sum + one.amount, 0)
    return rest > 0 ? newOperation('refund', rest, now, plan) : undefined
  }
  const isHeld = state === 'authorized' || state === 'action-required'
  return isHeld && !tries.some(isOpen) ? newOperation('void', payment.amount, now, plan) : undefined
}

function ledgerOf(known: Known, operation: Operation, seen: ProviderPayment | undefined): Transfer[] {
  const { id, kind, amount, status } = operation
  if (status !== 'succeeded') return []
  const about = { id, amount, currency: seen?.currency ?? known.currency }
  const provider = `provider:${known.provider}`
  if (kind === 'capture') return [{ ...about, debit: provider, credit: 'customer-payments' }]
  if (kind === 'refund') return [{ ...about, debit: 'refunds', credit: provider }]
  return []
}
