// A payment and its operations, as the other stories of this service know them.
import { randomUUIDv7 } from 'node:crypto'
import type { Payment } from '@souk/contracts/payments'
import type { OperationKind } from '../providers/provider.ts'

export type PaymentStatus = Payment['status']
export interface Operation {
  id: string
  kind: OperationKind
  amount: number
  status: 'pending' | 'unknown' | 'succeeded' | 'failed'
  refundId: string | null
  reference: string | null
  reason: string | null
  /** Null unless it is open. */
  nextCheckAt: string | null
  createdAt: string
  updatedAt: string
}
/** What we know of a payment and of all its operations, read in one snapshot. */
export interface Known {
  orderId: string
  amount: number
  currency: string
  provider: string
  status: PaymentStatus
  captured: number
  refunded: number
  reference: string | null
  nextAction: Payment['nextAction'] | null
  decline: Payment['decline'] | null
  cancelRequested: boolean
  request: PaymentRequest | null
  version: number
  createdAt: string
  updatedAt: string
  operations: readonly Operation[]
}
export interface PaymentRequest {
  token: string
  returnUrl: string
  email?: string
}
/** Nothing leads from a higher rank to a lower one. Declined and voided are final, whatever the rank. */
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
/** The currency of a mark, a payment that never begins: ISO 4217 for "none". */
export const noCurrency = 'XXX'
/** So long a request that asks a provider is still under way, and nobody else looks after its operation. */
export const secondsUnderWay = 6

export function isOpen(operation: Operation): boolean {
  return operation.status === 'pending' || operation.status === 'unknown'
}
/** True while a provider may yet move money for it, or hold money that it has not been told to release. */
export function isUnwanted(payment: Known): boolean {
  return payment.cancelRequested || payment.status === 'declined' || payment.status === 'voided'
}

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

export function viewOf(payment: Known): Payment {
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
