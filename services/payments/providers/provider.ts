// What a payment provider must be able to do for us, and how its answers look. The simulator is one; a real one (Stripe, Adyen)
// comes behind the same interface. Nothing outside an adapter knows more about a provider than is written here.
import type { NextAction } from '@souk/contracts/payments'
import type { Static } from 'typebox'

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund'

/** Calls throw a ProviderRefusal for a definite no; every other failure means that the outcome is unknown. */
export interface Provider {
  /**
   * Asks for the money of an order. With captureNow it is captured in the same step if nothing stands between; where the
   * customer must approve first, it stays authorized until it is captured. A decline is an answer, not an error.
   */
  authorize(request: AuthorizationRequest): Promise<ProviderPayment>
  capture(request: OperationRequest & { amount: number }): Promise<ProviderPayment>
  void(request: OperationRequest): Promise<ProviderPayment>
  refund(request: OperationRequest & { amount: number }): Promise<ProviderPayment>
  /** How a payment stands; undefined when the provider has never heard of it. */
  find(lookup: PaymentLookup): Promise<ProviderPayment | undefined>
  /** The events in a webhook; undefined when it is forged, altered or too old. */
  verifyWebhook(
    body: Uint8Array,
    headers: Readonly<Record<string, string | undefined>>,
    now: Date,
  ): ProviderEvent[] | undefined
  /** Everything that moved or failed to move since then, oldest first: to compare our books with. */
  journal(since: Date): AsyncIterable<ProviderEntry>
}

export interface AuthorizationRequest {
  /** Our operation's id: the idempotency key. The same key with the same parameters gets the same answer. */
  operationId: string
  orderId: string
  /** Minor units. */
  amount: number
  currency: string
  token: string
  captureNow: boolean
  /** Where the customer goes after the provider's own page. */
  returnUrl: string
  email?: string
}
export interface OperationRequest {
  /** The idempotency key. */
  operationId: string
  /** The payment's reference. */
  reference: string
}
/** By the payment's reference or, before that is known, by the operation that began it. */
export type PaymentLookup = { reference: string } | { operationId: string; orderId: string }

/** The provider's report on a payment. */
export interface ProviderPayment {
  /** The provider's own id. */
  reference: string
  orderId: string
  state: 'processing' | 'action-required' | 'authorized' | 'captured' | 'declined' | 'voided'
  currency: string
  nextAction?: Static<typeof NextAction>
  decline?: { code: string; message: string }
  /** What it did at our request, under our keys. */
  operations: ProviderOperation[]
}
export interface ProviderOperation {
  id: string
  kind: OperationKind
  /** What was really moved, or would have been. */
  amount: number
  status: 'pending' | 'succeeded' | 'failed'
  /** The provider's own id. For the first operation best the payment's: then we recognize most webhooks without asking back. */
  reference?: string
  reason?: string
}
/**
 * A webhook's news: something happened to a payment. How the payment stands is asked with `find`, as events come late and in any
 * order.
 */
export interface ProviderEvent {
  /** The same event may come several times, with the same id. */
  id: string
  /** The payment's. */
  reference: string
  kind: ProviderEventKind
}
export type ProviderEventKind =
  | 'payment.authorized'
  | 'payment.captured'
  | 'payment.failed'
  | 'payment.refunded'
  | 'payment.voided'
  | 'payment.disputed'

export interface ProviderEntry {
  operationId: string
  orderId: string
  reference: string
  kind: OperationKind
  amount: number
  currency: string
  status: 'succeeded' | 'failed'
  at: Date
}

/** No answer, or one that says nothing (timeout, reset, 429, 5xx). It may have been done: ask again, never assume. */
export class ProviderOutcomeUnknown extends Error {
  override name = 'ProviderOutcomeUnknown'
}
/** A definite no to what we asked: it was not done and never will be under this key. */
export class ProviderRefusal extends Error {
  override name = 'ProviderRefusal'
  readonly code: string
  constructor(code: string, sentence: string) {
    super(sentence)
    this.code = code
  }
}
