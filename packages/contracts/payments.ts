// What the payments service promises: taking and returning money, and the ledger that says what moved.
import { type Static, Type } from 'typebox'
import { Amount, byOrderId, Email, Id, Money, Page, paging, Time } from './basics.ts'
import { Bytes, defineApi, message, Nothing, OneOf, Patch, Shape } from './define.ts'
import { Opaque } from './text.ts'

/** A number that could be a card number is refused wherever a token is expected, so card data never enters the shop. */
const Token = Type.String({ pattern: '^(?![0-9 -]{12,})[A-Za-z0-9_.:-]{3,200}$', maxLength: 200 })
const Provider = Type.String({ pattern: '^[a-z][a-z0-9-]{1,30}$' })

export const NextAction = Shape({ type: OneOf(['redirect']), url: Type.String() })
export const paymentStatuses = [
  'processing',
  'action-required',
  'authorized',
  'captured',
  'partially-refunded',
  'refunded',
  'declined',
  'voided',
] as const
export const Decline = Shape({ code: Type.String(), message: Type.String() })
/** processing: the outcome is not known yet (a timeout, a crash). We ask the provider, and an event tells the outcome. */
export const Payment = Shape({
  orderId: Id,
  status: OneOf(paymentStatuses),
  amount: Amount,
  captured: Amount,
  refunded: Amount,
  provider: Provider,
  nextAction: Type.Optional(NextAction),
  decline: Type.Optional(Decline),
  createdAt: Time,
  updatedAt: Time,
})
export type Payment = Static<typeof Payment>
export const PaymentChoice = Shape({ provider: Provider, token: Token })
export type PaymentChoice = Static<typeof PaymentChoice>

const Operation = Shape({
  id: Id,
  kind: OneOf(['authorize', 'capture', 'void', 'refund']),
  amount: Amount,
  status: OneOf(['pending', 'unknown', 'succeeded', 'failed']),
  providerReference: Type.Optional(Type.String()),
  createdAt: Time,
  updatedAt: Time,
})
const LedgerEntry = Shape({
  transactionId: Id,
  account: Type.String(),
  amount: Money,
  orderId: Type.Optional(Id),
  at: Time,
})
const Finding = Shape({
  kind: OneOf(['missing-here', 'missing-there', 'amount-differs', 'status-differs']),
  orderId: Type.Optional(Id),
  providerReference: Type.Optional(Type.String()),
  detail: Type.String(),
})
export const SimulatorSwitches = Shape({
  webhooks: OneOf(['normal', 'late', 'duplicate', 'reordered', 'lost', 'before-reply']),
  webhookDelayMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  latencyMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
  outage: OneOf(['none', 'errors', 'rate-limited', 'timeouts']),
})
export type SimulatorSwitches = Static<typeof SimulatorSwitches>
const orders = { services: ['orders'] } as const
const byOrder = { params: byOrderId, orderIdParam: 'orderId' } as const

export const paymentsApi = defineApi(
  'payments',
  'What money moved: authorize, capture, void, refund, and the ledger.',
  {
    pay: {
      method: 'PUT',
      path: '/internal/payments/:orderId',
      access: orders,
      summary: 'Authorize and capture the money of an order',
      priority: 'checkout',
      deadlineSeconds: 8,
      about:
        'One payment per order; the same order again finds the first. A declined payment is a reply, not an error.',
      ...byOrder,
      body: Shape({
        amount: Amount,
        payment: PaymentChoice,
        returnUrl: Type.String({ maxLength: 500 }),
        email: Type.Optional(Email),
      }),
      reply: Payment,
      refusals: { 'provider-unknown': 422, 'amount-differs': 409 },
    },
    capture: {
      method: 'POST',
      path: '/internal/payments/:orderId/capture',
      access: orders,
      summary: 'Capture what was authorized',
      priority: 'checkout',
      deadlineSeconds: 8,
      ...byOrder,
      reply: Payment,
      refusals: { 'not-authorized-yet': 409 },
    },
    refresh: {
      method: 'POST',
      path: '/internal/payments/:orderId/refresh',
      access: orders,
      summary: 'Ask the provider how a payment stands',
      priority: 'checkout',
      deadlineSeconds: 8,
      ...byOrder,
      reply: Payment,
    },

    list: {
      method: 'GET',
      path: '/v1/payments',
      access: 'staff',
      summary: 'List payments, newest first',
      query: Shape({ ...paging, status: Type.Optional(OneOf(paymentStatuses)) }),
      reply: Page(Payment),
      refusals: { 'invalid-cursor': 400 },
    },
    read: {
      method: 'GET',
      path: '/v1/payments/:orderId',
      access: 'staff',
      summary: 'Read the payment of an order, with its operations',
      ...byOrder,
      reply: Shape({ ...Payment.properties, operations: Type.Array(Operation) }),
    },
    ledger: {
      method: 'GET',
      path: '/v1/ledger',
      access: 'staff',
      summary: 'Read the ledger, newest first',
      query: Shape({ ...paging, orderId: Type.Optional(Id) }),
      reply: Page(LedgerEntry),
      refusals: { 'invalid-cursor': 400 },
    },
    balances: {
      method: 'GET',
      path: '/v1/ledger/balances',
      access: 'staff',
      summary: 'The balance of each account',
      reply: Shape({ items: Type.Array(Shape({ account: Type.String(), balance: Money })) }),
    },
    reconcile: {
      method: 'POST',
      path: '/v1/payments/reconciliations',
      access: 'staff',
      summary: 'Compare our books with the provider',
      deadlineSeconds: 20,
      priority: 'batch',
      reply: Shape({ checked: Type.Integer(), findings: Type.Array(Finding) }),
    },
    webhook: {
      method: 'POST',
      path: '/v1/payments/webhooks/:provider',
      access: 'anyone',
      summary: 'For payment providers: something happened',
      hidden: true,
      priority: 'checkout',
      rateLimit: { class: 'webhook' },
      params: Shape({ provider: Provider }),
      body: Bytes,
      headers: ['souk-signature'],
      reply: Nothing,
      status: 204,
      refusals: { 'invalid-signature': 400 },
    },

    readSimulator: {
      method: 'GET',
      path: '/v1/simulator',
      access: 'staff',
      summary: 'How the payment simulator behaves',
      hidden: true,
      reply: SimulatorSwitches,
    },
    switchSimulator: {
      method: 'PATCH',
      path: '/v1/simulator',
      access: 'staff',
      summary: 'Make the payment simulator misbehave',
      hidden: true,
      body: Patch(SimulatorSwitches, []),
      reply: SimulatorSwitches,
    },
    simulatorPage: {
      method: 'GET',
      path: '/simulator/:intentId',
      access: 'anyone',
      summary: 'The simulated bank’s page',
      hidden: true,
      securityPolicy: 'page',
      params: Shape({ intentId: Opaque({ maxLength: 80 }) }),
      reply: Bytes,
    },
    simulatorAnswer: {
      method: 'POST',
      path: '/simulator/:intentId',
      access: 'anyone',
      summary: 'The customer’s answer to the simulated bank',
      hidden: true,
      securityPolicy: 'page',
      params: Shape({ intentId: Opaque({ maxLength: 80 }) }),
      body: Bytes,
      reply: Bytes,
      status: 303,
    },
  },
)

export const CancelPayment = message(
  'payments.cancel-payment',
  'orderId',
  'Undo whatever was or will be taken for an order: void, refund, or never begin.',
  {
    orderId: Id,
    reason: Type.String(),
  },
)
export const RefundPayment = message('payments.refund-payment', 'orderId', 'Give part of the money back.', {
  orderId: Id,
  refundId: Id,
  amount: Amount,
  reason: Type.String(),
})
const about = { orderId: Id, amount: Amount }
export const PaymentAuthorized = message(
  'payments.payment-authorized',
  'orderId',
  'The customer has approved; the money can be captured.',
  about,
)
export const PaymentCaptured = message('payments.payment-captured', 'orderId', 'The money was captured.', about)
export const PaymentDeclined = message(
  'payments.payment-declined',
  'orderId',
  'A payment was declined; no money was taken.',
  {
    orderId: Id,
    decline: Decline,
  },
)
export const PaymentVoided = message('payments.payment-voided', 'orderId', 'An authorization was given back unused.', {
  orderId: Id,
})
export const PaymentRefunded = message('payments.payment-refunded', 'orderId', 'Money went back to the customer.', {
  ...about,
  refundId: Id,
  totalRefunded: Amount,
})
export const RefundFailed = message('payments.refund-failed', 'orderId', 'The provider refused a refund.', {
  ...about,
  refundId: Id,
  reason: Type.String(),
})
