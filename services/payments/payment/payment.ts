// A payment and its operations as this service stores them, and what follows from them alone.
import { randomUUIDv7 } from 'node:crypto'
import type { Payment as PaymentReply } from '@souk/contracts/payments'
import type { OperationKind } from '../providers/provider.ts'

export type PaymentStatus = PaymentReply['status']
/** Something that we asked, or are about to ask, of a provider. Its id is the provider's idempotency key. */
export interface Operation {
  id: string
  kind: OperationKind
  amount: number
  /** unknown: asked, and no answer came. */
  status: 'pending' | 'unknown' | 'succeeded' | 'failed'
  refundId: string | null
  reference: string | null
  reason: string | null
  /** When the resolver looks at it next; null unless it is open. */
  nextCheckAt: string | null
  createdAt: string
  updatedAt: string
}
/** A payment with all its operations, read in one snapshot. Amounts are in minor units. */
export interface Payment {
  orderId: string
  amount: number
  currency: string
  provider: string
  status: PaymentStatus
  captured: number
  refunded: number
  /** The provider's own id of it; null until the provider has answered. */
  reference: string | null
  nextAction: PaymentReply['nextAction'] | null
  decline: PaymentReply['decline'] | null
  cancelRequested: boolean
  request: PaymentRequest | null
  version: number
  createdAt: string
  updatedAt: string
  operations: readonly Operation[]
}
/** What the provider is asked with, kept until it has answered. */
export interface PaymentRequest {
  token: string
  returnUrl: string
  email?: string
}
/** No transition leads from a higher rank to a lower one. Declined and voided are final, whatever the rank. */
export const ranks: Record<PaymentStatus, number> = {
  processing: 0,
  'action-required': 1,
  authorized: 2,
  captured: 3,
  declined: 3,
  voided: 3,
  'partially-refunded': 4,
  refunded: 5,
}
/** The currency of a tombstone, a payment that was canceled before it was made: ISO 4217 for "none". */
export const tombstoneCurrency = 'XXX'
/** The resolver first looks at an operation after this time; until then the request that made it is still asking the provider. */
export const firstCheckSeconds = 6

export function isOpen(operation: Operation): boolean {
  return operation.status === 'pending' || operation.status === 'unknown'
}
/** True when all money that the provider holds or takes for it must be voided or refunded. */
export function needsReversal(payment: Payment): boolean {
  return payment.cancelRequested || payment.status === 'declined' || payment.status === 'voided'
}
/** How much of the captured money no refund has returned, or is about to return. */
export function refundableAmount({ captured, operations }: Payment): number {
  let amount = captured
  for (const one of operations) if (one.kind === 'refund' && one.status !== 'failed') amount -= one.amount
  return amount
}

/** A payment that is about to be made. Its first operation covers authorization and capture. */
export function newPayment(
  orderId: string,
  provider: string,
  amount: { amount: number; currency: string },
  request: PaymentRequest,
  now: Date,
): { payment: Payment; operation: Operation } {
  const operation = newOperation('capture', amount.amount, now, { checkInSeconds: firstCheckSeconds })
  const payment: Payment = {
    orderId,
    amount: amount.amount,
    currency: amount.currency,
    provider,
    status: 'processing',
    captured: 0,
    refunded: 0,
    reference: null,
    nextAction: null,
    decline: null,
    cancelRequested: false,
    request,
    version: 0,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    operations: [operation],
  }
  return { payment, operation }
}

/** A pending operation; a refund without a `refundId` gets its own id as one. */
export function newOperation(
  kind: OperationKind,
  amount: number,
  now: Date,
  more: { checkInSeconds: number; refundId?: string; reason?: string },
): Operation {
  const id = randomUUIDv7()
  return {
    id,
    kind,
    amount,
    status: 'pending',
    refundId: kind === 'refund' ? (more.refundId ?? id) : null,
    reference: null,
    reason: more.reason ?? null,
    nextCheckAt: new Date(now.getTime() + more.checkInSeconds * 1000).toISOString(),
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
  }
}

/** The payment as the API shows it. */
export function replyOf(payment: Payment): PaymentReply {
  const money = (amount: number) => ({ amount, currency: payment.currency })
  return {
    orderId: payment.orderId,
    status: payment.status,
    amount: money(payment.amount),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    provider: payment.provider,
    nextAction: payment.nextAction ?? undefined,
    decline: payment.decline ?? undefined,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  }
}
