// The state machine of a payment: what it becomes when its provider reports how it stands. One pure function for every source:
// the reply to our own call, a webhook, the resolver, the customer's return. It only moves forward, so late, repeated and
// reordered reports do no harm.
import type { Message } from '@souk/contracts'
import type { OperationKind, ProviderPayment } from '../providers/provider.ts'
import {
  isOpen,
  needsReversal,
  newOperation,
  type Operation,
  type Payment,
  type PaymentStatus,
  ranks,
  refundableAmount,
} from './payment.ts'
import { messagesOfRefunds, messagesOfStatus } from './payment-messages.ts'

/** A provider's definite no to one operation. */
export interface Refusal {
  operationId: string
  code: string
  message: string
}
/** An amount that moves from one account to another. */
export interface LedgerTransfer {
  /** The id of the operation that moved the money. */
  id: string
  debit: string
  credit: string
  currency: string
  amount: number
}
/** The payment after a report, and what is stored and sent with it. */
export interface Transition {
  payment: Payment
  /** New operations, and those that changed. */
  operations: Operation[]
  transfers: LedgerTransfer[]
  messages: Message[]
}

/** After this many failed reversals, people decide. */
const mostReversals = 5
/** Before each of them, in its order. */
const secondsBeforeReversal = [0, 2, 5, 15, 60]

/**
 * What changes when the provider reports `report` (undefined when it has never heard of the payment, or was not asked) or refuses
 * one operation. Undefined when nothing changes.
 */
export function nextPaymentState(
  payment: Payment,
  report: ProviderPayment | undefined,
  now: Date,
  refusal?: Refusal,
): Transition | undefined {
  if (report && !isReportOn(payment, report)) return undefined
  const reported = withReport(payment, report, refusal)
  const reversal = reversalOf(reported, report?.state ?? payment.status, now)
  const next = reversal ? { ...reported, operations: [...reported.operations, reversal] } : reported
  const operations = next.operations.filter((operation, index) => operation !== payment.operations[index])
  if (operations.length === 0 && next.status === payment.status && next.reference === payment.reference)
    return undefined
  const finished = operations.filter((operation) => !isOpen(operation))
  return {
    payment: next,
    operations,
    transfers: finished.flatMap((operation) => transfersOf(payment, operation, report)),
    messages: [...messagesOfStatus(payment, next), ...messagesOfRefunds(payment, finished)],
  }
}

/** False for another payment of the same order, as one made in the provider's own pages: reconciliation finds those. */
function isReportOn(payment: Payment, report: ProviderPayment): boolean {
  if (payment.reference !== null) return report.reference === payment.reference
  return report.operations.some((theirs) => payment.operations.some((ours) => ours.id === theirs.id))
}

function withReport(payment: Payment, report: ProviderPayment | undefined, refusal: Refusal | undefined): Payment {
  const operations = payment.operations.map((operation) => nextOperation(operation, report, refusal))
  const captured = succeededAmount(operations, 'capture')
  const refunded = succeededAmount(operations, 'refund')
  const status = laterStatus(payment.status, statusOf(payment, operations, report, captured, refunded))
  return {
    ...payment,
    status,
    captured,
    refunded,
    reference: payment.reference ?? report?.reference ?? null,
    nextAction: status === 'action-required' ? (report?.nextAction ?? payment.nextAction) : null,
    decline: status === 'declined' ? (payment.decline ?? declineOf(payment, operations, report, refusal)) : null,
    request: status === 'processing' ? payment.request : null,
    operations,
  }
}

/** An operation after the report. Unchanged operations stay the same object. */
function nextOperation(
  operation: Operation,
  report: ProviderPayment | undefined,
  refusal: Refusal | undefined,
): Operation {
  if (operation.status === 'succeeded') return operation
  const fail = (reason: string): Operation => ({ ...operation, status: 'failed', reason, nextCheckAt: null })
  const theirs = report?.operations.find((one) => one.id === operation.id)
  // An operation that we gave up as lost may have arrived after all: the provider is right.
  if (operation.status === 'failed' && theirs?.status !== 'succeeded') return operation
  if (refusal?.operationId === operation.id) return fail(refusal.message)
  if (!theirs) {
    const isOver = report?.state === 'voided' || report?.state === 'declined'
    return isOver && operation.kind !== 'refund' ? fail(`the payment is ${report.state}`) : operation
  }
  const { kind, amount } = theirs
  const reference = theirs.reference ?? operation.reference
  if (theirs.status === 'failed') return { ...fail(theirs.reason ?? 'refused by the provider'), kind, reference }
  if (theirs.status === 'succeeded')
    return { ...operation, kind, amount, reference, status: 'succeeded', nextCheckAt: null }
  return kind === operation.kind && reference === operation.reference ? operation : { ...operation, kind, reference }
}

function succeededAmount(operations: readonly Operation[], kind: OperationKind): number {
  let sum = 0
  for (const one of operations) if (one.kind === kind && one.status === 'succeeded') sum += one.amount
  return sum
}

function statusOf(
  payment: Payment,
  operations: readonly Operation[],
  report: ProviderPayment | undefined,
  captured: number,
  refunded: number,
): PaymentStatus {
  if (hasCaptured(operations)) {
    if (captured !== payment.amount || isOtherCurrency(payment, report)) return 'declined'
    if (refunded === 0) return 'captured'
    return refunded < captured ? 'partially-refunded' : 'refunded'
  }
  if (report?.state === 'voided') return 'voided'
  const hasFailed = operations.some((one) => one.status === 'failed' && ['authorize', 'capture'].includes(one.kind))
  // Canceled, and the provider has never heard of it: nothing was declined.
  if (hasFailed && !report && payment.cancelRequested) return 'voided'
  if (report?.state === 'declined' || hasFailed) return 'declined'
  return report && report.state !== 'captured' ? report.state : payment.status
}
function laterStatus(from: PaymentStatus, to: PaymentStatus): PaymentStatus {
  if (from === 'declined' || from === 'voided') return from
  return ranks[to] > ranks[from] ? to : from
}
function hasCaptured(operations: readonly Operation[]): boolean {
  return operations.some((one) => one.kind === 'capture' && one.status === 'succeeded')
}
function isOtherCurrency(payment: Payment, report: ProviderPayment | undefined): boolean {
  return report !== undefined && report.currency !== payment.currency
}

function declineOf(
  payment: Payment,
  operations: readonly Operation[],
  report: ProviderPayment | undefined,
  refusal: Refusal | undefined,
): NonNullable<Payment['decline']> {
  if (report?.decline) return report.decline
  if (refusal) return { code: refusal.code, message: refusal.message }
  if (hasCaptured(operations) || isOtherCurrency(payment, report))
    return { code: 'amount-differs', message: 'Another amount was taken than was asked for. It is being given back.' }
  const failed = operations.find((one) => one.status === 'failed' && one.reason)
  return { code: 'declined', message: failed?.reason ?? 'The payment was declined.' }
}

/** A refund of the captured money, or a void of the authorization, when the payment needs one and none is open or done. */
function reversalOf(payment: Payment, providerState: PaymentStatus, now: Date): Operation | undefined {
  if (!needsReversal(payment)) return undefined
  const kind = payment.captured > 0 ? 'refund' : 'void'
  // A refund that somebody asked for has the id that they gave it; a reversal has its own.
  const reversals = payment.operations.filter(
    (one) => one.kind === kind && one.refundId === (kind === 'void' ? null : one.id),
  )
  const failures = reversals.filter((one) => one.status === 'failed').length
  if (failures >= mostReversals) return undefined
  const plan = { checkInSeconds: secondsBeforeReversal[failures] ?? 60, reason: 'The order was not made.' }
  if (kind === 'refund') {
    const amount = refundableAmount(payment)
    return amount > 0 ? newOperation('refund', amount, now, plan) : undefined
  }
  const isHeld = providerState === 'authorized' || providerState === 'action-required'
  return isHeld && !reversals.some(isOpen) ? newOperation('void', payment.amount, now, plan) : undefined
}

function transfersOf(payment: Payment, operation: Operation, report: ProviderPayment | undefined): LedgerTransfer[] {
  const { id, kind, amount, status } = operation
  if (status !== 'succeeded') return []
  const about = { id, amount, currency: report?.currency ?? payment.currency }
  const provider = `provider:${payment.provider}`
  if (kind === 'capture') return [{ ...about, debit: provider, credit: 'customer-payments' }]
  if (kind === 'refund') return [{ ...about, debit: 'refunds', credit: provider }]
  return []
}
