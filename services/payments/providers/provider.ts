// What a payment provider must be able to do for us, and how its answers look. The simulator is one; a real one (Stripe,
// Adyen) comes behind the same interface. Nothing outside an adapter knows more about a provider than is written here.
import type { NextAction } from '@souk/contracts/payments'
import type { Static } from 'typebox'

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund'

export interface Provider {
  /**
   * Asks for the money of an order. With captureNow it is captured in the same step if nothing stands between; where the
   * customer must approve first, it stays authorized until it is captured. A decline is an answer, not an error.
   */
  authorize(order: AuthorizationRequest): Promise<ProviderPayment>
  capture(step: Step & { amount: number }): Promise<ProviderPayment>
  void(step: Step): Promise<ProviderPayment>
  refund(step: Step & { amount: number }): Promise<ProviderPayment>
  /** How a payment stands; undefined when the provider has never heard of it. */
  find(which: PaymentLookup): Promise<ProviderPayment | undefined>
  /** The events in a webhook, or undefined when it is forged, altered or too old. */
  verifyWebhook(
    body: Uint8Array,
    headers: Readonly<Record<string, string | undefined>>,
    now: Date,
  ): ReceivedEvent[] | undefined
  /** An event again, from its `body`, which was verified when it came. */
  readEvent(body: string): ProviderEvent
  /** Everything that moved or failed to move since then, oldest first: to compare our books with. */
  journal(since: Date): AsyncIterable<ProviderEntry>
}

export interface AuthorizationRequest {
  /** Our operation's id: the idempotency key. The same key with the same words gets the same answer. */
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
export interface Step {
  operationId: string
  reference: string
}
/** By its reference once that is known, before that by the operation that began it. */
export interface PaymentLookup {
  reference: string | undefined
  operationId: string
  orderId: string
}

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
  reference?: string
  reason?: string
}
export interface ProviderEvent {
  id: string
  kind:
    | 'payment.authorized'
    | 'payment.captured'
    | 'payment.failed'
    | 'payment.refunded'
    | 'payment.voided'
    | 'payment.disputed'
  payment: ProviderPayment
}
/** An event as it came: `body` is its own part of the webhook. */
export interface ReceivedEvent extends ProviderEvent {
  body: string
}
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
