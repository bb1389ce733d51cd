// What the orders service promises: carts, checkout, history, shipping, refunds.
import { type Static, Type } from 'typebox'
import { Address, byId, Country, Currency, Email, Id, Money, paging, Sku, Time } from './basics.ts'
import { defineApi, message, OneOf, Shape } from './define.ts'
import { NextAction, PaymentChoice } from './payments.ts'

const Quantity = Type.Integer({ minimum: 1, maximum: 999 })
export const ShippingMethod = Shape({ id: Type.String(), name: Type.String(), price: Money })
export const Totals = Shape({
  subtotal: Money,
  discount: Money,
  shipping: Money,
  tax: Money,
  total: Money,
  taxIncluded: Type.Boolean({ description: 'True: prices contain the tax, which is shown but not added.' }),
})
export type Totals = Static<typeof Totals>
const lineBasics = {
  sku: Sku,
  title: Type.String(),
  quantity: Type.Integer(),
  unitPrice: Money,
  lineTotal: Money,
  image: Type.Optional(Type.String()),
  slug: Type.Optional(Type.String()),
}
/** Ids that clients choose carry random bits, so that nobody guesses them: RFC 9562, versions 4 and 7. */
const randomId = (versions: string) =>
  Type.String({
    format: 'uuid',
    pattern: `^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[${versions}][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$`,
    description: 'A UUID of version 4 or 7, chosen by the client.',
  })
export const CartId = randomId('47')
/** The demo shop's own past orders have ids of version 8. */
const NewOrderId = randomId('478')

export const CartProblem = Shape({
  code: OneOf([
    'out-of-stock',
    'not-enough-stock',
    'not-for-sale',
    'currency-unavailable',
    'cannot-ship-there',
    'code-unknown',
    'order-too-large',
  ]),
  sku: Type.Optional(Sku),
  message: Type.String(),
})
export const CartInput = Shape({
  email: Type.Optional(Email),
  currency: Type.Optional(Currency),
  lines: Type.Array(Shape({ sku: Sku, quantity: Quantity }), { maxItems: 200 }),
  shippingAddress: Type.Optional(Address),
  billingAddress: Type.Optional(Address),
  shippingMethod: Type.Optional(Type.String({ maxLength: 40 })),
  codes: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
})
export type CartInput = Static<typeof CartInput>
export const Cart = Shape({
  id: Id,
  version: Type.Integer(),
  status: OneOf(['open', 'being-bought', 'ordered'], {
    description:
      'being-bought: an order exists for it that is not paid yet; the cart is open again when that order is canceled. ordered: paid.',
  }),
  orderId: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'Its order, for those who may see the order: the owner, staff, and requests with its Order-Key.',
    }),
  ),
  email: Type.Optional(Email),
  currency: Currency,
  lines: Type.Array(Shape(lineBasics)),
  shippingAddress: Type.Optional(Address),
  billingAddress: Type.Optional(Address),
  shippingMethod: Type.Optional(Type.String()),
  shippingMethods: Type.Array(ShippingMethod),
  codes: Type.Array(Type.String()),
  totals: Totals,
  problems: Type.Array(CartProblem),
  updatedAt: Time,
})
export type Cart = Static<typeof Cart>

export const orderStatuses = [
  'checking-out',
  'awaiting-customer',
  'capturing',
  'paid',
  'partially-shipped',
  'shipped',
  'canceled',
] as const
export type OrderStatus = (typeof orderStatuses)[number]
export const OrderLine = Shape({
  ...lineBasics,
  tax: Money,
  taxRate: Type.Number({ description: 'Percent.' }),
  shippedQuantity: Type.Integer(),
  refundedQuantity: Type.Integer(),
})
export const Shipment = Shape({
  id: Id,
  carrier: Type.Optional(Type.String()),
  trackingNumber: Type.Optional(Type.String()),
  trackingUrl: Type.Optional(Type.String()),
  lines: Type.Array(Shape({ sku: Sku, quantity: Type.Integer() })),
  shippedAt: Time,
})
export const Refund = Shape({
  id: Id,
  status: OneOf(['pending', 'refunded', 'failed']),
  amount: Money,
  reason: Type.String(),
  createdAt: Time,
})
export const Order = Shape({
  id: Id,
  number: Type.String(),
  status: OneOf(orderStatuses),
  cancelReason: Type.Optional(Type.String()),
  email: Email,
  lines: Type.Array(OrderLine),
  totals: Totals,
  refunded: Money,
  shippingAddress: Address,
  billingAddress: Type.Optional(Address),
  shippingMethod: ShippingMethod,
  shipments: Type.Array(Shipment),
  refunds: Type.Array(Refund),
  nextAction: Type.Optional(NextAction),
  /** The key with which a guest reads the order later (header Order-Key). Only to those who may see it anyway. */
  accessKey: Type.Optional(Type.String()),
  placedAt: Time,
  updatedAt: Time,
})
export type Order = Static<typeof Order>
export const OrderSummary = Shape({
  id: Id,
  number: Type.String(),
  status: OneOf(orderStatuses),
  email: Email,
  total: Money,
  refunded: Money,
  itemCount: Type.Integer(),
  placedAt: Time,
})
export const TimelineEntry = Shape({
  at: Time,
  type: Type.String({
    description:
      'A stable word: created, action-required, payment-authorized, paid, canceled, shipped, refund-requested, refunded, refund-failed, late-payment.',
  }),
  status: Type.Optional(OneOf(orderStatuses, { description: 'Of the order, from then on.' })),
  message: Type.String(),
})

const byCartId = Shape({ id: CartId })
const orderKey = { headers: ['order-key'] } as const
const byItsId = { params: byId, orderIdParam: 'id' } as const

export const ordersApi = defineApi('orders', 'What was bought: carts, checkout, history, shipping, refunds.', {
  putCart: {
    method: 'PUT',
    path: '/v1/carts/:id',
    access: 'anyone',
    summary: 'Store the whole cart and get it priced',
    priority: 'checkout',
    about:
      'The id is chosen by the client. The id of a guest’s cart is the key to it: keep it secret. A cart that was stored while somebody was signed in exists for its owner and staff alone. If-Match with the ETag (or the version, as "3") refuses to overwrite another tab; without it the last write wins. If-None-Match: * only creates. Prices, tax and shipping are decided by the server. SKUs that the shop does not know are refused; those that are not for sale any more stay in the cart, with a problem. From the moment an order exists for the cart it cannot be changed; cancel an unpaid order to change it. A guest’s cart without an e-mail address is kept for two days, others for 30.',
    params: byCartId,
    body: CartInput,
    bodyLimit: 16 * 1024,
    reply: Cart,
    headers: ['if-match', 'if-none-match', 'order-key'],
    refusals: { 'version-conflict': 412, 'cart-ordered': 409, 'cart-being-bought': 409, 'sku-unknown': 422 },
  },
  readCart: {
    method: 'GET',
    path: '/v1/carts/:id',
    access: 'anyone',
    summary: 'Read a cart, priced now',
    about:
      'A customer’s cart exists for its owner and staff alone. With If-None-Match and the ETag of the last answer, the answer is 304 while everything in it is the same, prices and stock included.',
    priority: 'checkout',
    params: byCartId,
    reply: Cart,
    otherStatuses: [304],
    headers: ['if-none-match', 'order-key'],
  },
  readMyCart: {
    method: 'GET',
    path: '/v1/me/cart',
    access: 'customer',
    summary: 'Read my current cart',
    about: 'Of the carts that are mine and open, the one that was changed last. 404 when there is none.',
    priority: 'checkout',
    reply: Cart,
    otherStatuses: [304],
    headers: ['if-none-match'],
    refusals: { 'not-found': 404 },
  },
  claimCart: {
    method: 'POST',
    path: '/v1/carts/:id/claim',
    access: 'customer',
    summary: 'Take a guest’s cart along after signing in',
    about:
      'Merges the guest’s cart into my current cart and answers with that: quantities of a SKU add up, to at most 999 and, of what the guest’s cart holds, to what is in stock; e-mail address, addresses, currency and shipping method of my cart win. The guest’s cart is then gone. Without a current cart, the guest’s cart becomes mine and keeps its id. Repeating the request changes nothing more. A cart that is being bought, or was, is not taken along.',
    priority: 'checkout',
    params: byCartId,
    reply: Cart,
    refusals: { 'cart-ordered': 409, 'cart-being-bought': 409, 'cart-too-large': 409 },
  },
  shippingMethods: {
    method: 'GET',
    path: '/v1/shipping-methods',
    access: 'anyone',
    summary: 'How we ship to a country',
    priority: 'browse',
    query: Shape({
      country: Country,
      currency: Type.Optional(Currency),
      weightGrams: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
    }),
    reply: Shape({ items: Type.Array(ShippingMethod) }),
  },
  checkout: {
    method: 'PUT',
    path: '/v1/orders/:orderId',
    access: 'anyone',
    summary: 'Check out: reserve, pay, place the order',
    priority: 'checkout',
    about:
      'The order id is chosen by the client, so a repeated request finds the first order; the same id with another payment is refused. A cart becomes one order: while that is unpaid, other order ids are refused (cart-being-bought) until it is paid, declined, expired or canceled. cartVersion is the version of the cart that the customer saw. returnUrl, where the bank sends the customer back to, belongs to the shop or to an origin in its settings. 201: paid. 202: follow nextAction, or the payment is still being confirmed. 402: declined; try again with a new order id. Guests need no account.',
    params: Shape({ orderId: NewOrderId }),
    headers: ['order-key'],
    orderIdParam: 'orderId',
    rateLimit: { class: 'checkout' },
    deadlineSeconds: 8,
    body: Shape({
      cartId: CartId,
      cartVersion: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
      expectedTotal: Money,
      payment: PaymentChoice,
      returnUrl: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    reply: Order,
    status: 201,
    otherStatuses: [202],
    refusals: {
      'payment-declined': 402,
      'out-of-stock': 409,
      'price-changed': 409,
      'cart-changed': 409,
      'cart-being-bought': 409,
      'cart-ordered': 409,
      'order-canceled': 409,
      'order-id-taken': 409,
      'order-id-reused': 409,
      'cart-incomplete': 422,
      'cart-not-found': 404,
      'return-url-not-allowed': 422,
      'cannot-ship-there': 422,
      'provider-unknown': 422,
      'too-many-reservations': 429,
    },
  },
  list: {
    method: 'GET',
    path: '/v1/orders',
    access: 'customer',
    summary: 'List my orders; staff sees all',
    query: Shape({
      ...paging,
      status: Type.Optional(OneOf(orderStatuses)),
      email: Type.Optional(Email),
      number: Type.Optional(Type.String({ maxLength: 20 })),
    }),
    reply: Shape({ items: Type.Array(OrderSummary), nextCursor: Type.Optional(Type.String()) }),
    refusals: { 'invalid-cursor': 400 },
  },
  read: {
    method: 'GET',
    path: '/v1/orders/:id',
    access: 'anyone',
    summary: 'Read one order',
    ...orderKey,
    about:
      'Its owner, staff, or whoever sends its accessKey in the header Order-Key. To everybody else it does not exist.',
    ...byItsId,
    reply: Order,
  },
  timeline: {
    method: 'GET',
    path: '/v1/orders/:id/events',
    access: 'anyone',
    summary: 'What happened to an order',
    ...orderKey,
    about:
      'With Accept: text/event-stream the answer stays open and sends each entry as the data of an event: first the entries so far, then each new one. The stream ends when you may no longer see the order. Connect again after each end; it starts with the first entry.',
    ...byItsId,
    live: {
      param: 'id',
      messages: [
        'orders.order-placed',
        'orders.order-canceled',
        'orders.order-shipped',
        'orders.order-refunded',
        'orders.order-changed',
      ],
    },
    reply: Shape({ items: Type.Array(TimelineEntry) }),
  },
  cancel: {
    method: 'POST',
    path: '/v1/orders/:id/cancel',
    access: 'anyone',
    summary: 'Cancel an order that has not been shipped',
    ...orderKey,
    about: 'The stock is released and the money goes back to the customer.',
    idempotencyKey: true,
    priority: 'checkout',
    ...byItsId,
    body: Shape({
      reason: Type.Optional(
        Type.String({
          maxLength: 300,
          description: "Shown in the timeline. A customer's reason is not quoted in mails.",
        }),
      ),
    }),
    reply: Order,
    refusals: { 'too-late-to-cancel': 409 },
  },
  ship: {
    method: 'POST',
    path: '/v1/orders/:id/shipments',
    access: 'staff',
    summary: 'Ship an order, or part of it',
    idempotencyKey: true,
    status: 201,
    about: 'Without lines: all that is left.',
    ...byItsId,
    body: Shape({
      lines: Type.Optional(Type.Array(Shape({ sku: Sku, quantity: Quantity }), { minItems: 1, maxItems: 200 })),
      carrier: Type.Optional(Type.String({ maxLength: 60 })),
      trackingNumber: Type.Optional(Type.String({ maxLength: 100 })),
      trackingUrl: Type.Optional(Type.String({ maxLength: 300, pattern: '^https://' })),
    }),
    reply: Order,
    refusals: { 'not-paid': 409, 'nothing-to-ship': 409, 'too-many-units': 422, 'order-canceled': 409 },
  },
  refund: {
    method: 'POST',
    path: '/v1/orders/:id/refunds',
    access: 'staff',
    summary: 'Give money back, all or part',
    idempotencyKey: true,
    status: 201,
    about:
      'By lines (their share of the total), by amount, or, without either, all that is left. Refunds never exceed what was paid. The money moves in the background; the status of the refund says when it has moved. Refunded units that were not shipped then go back into stock. An order with nothing left to ship is then shipped, or canceled when nothing was shipped.',
    ...byItsId,
    body: Shape({
      amount: Type.Optional(Money),
      lines: Type.Optional(Type.Array(Shape({ sku: Sku, quantity: Quantity }), { minItems: 1, maxItems: 200 })),
      reason: Type.String({ minLength: 1, maxLength: 300 }),
    }),
    reply: Order,
    refusals: { 'not-paid': 409, 'refund-too-large': 409, 'invalid-refund': 422 },
  },
})

const orderBasics = { orderId: Id, number: Type.String(), email: Email, customerId: Type.Optional(Id) }
const soldLines = Type.Array(
  Type.Object({
    sku: Sku,
    title: Type.String(),
    quantity: Type.Integer(),
    unitPrice: Money,
    lineTotal: Money,
    image: Type.Optional(Type.String()),
  }),
)
export const OrderPlaced = message('orders.order-placed', 'orderId', 'An order is paid and will be shipped.', {
  ...orderBasics,
  lines: soldLines,
  totals: Totals,
  shippingAddress: Address,
  shippingMethod: ShippingMethod,
  accessKey: Type.String(),
  placedAt: Time,
})
export const OrderCanceled = message(
  'orders.order-canceled',
  'orderId',
  'An order is canceled; its stock and its money go back.',
  {
    ...orderBasics,
    reason: Type.String({
      description: 'A stable word: by-customer, by-staff, out-of-stock, declined, expired, refunded.',
    }),
    wasPaid: Type.Boolean(),
    goingBack: Type.Optional(
      Shape(Money.properties, {
        description:
          'The amount that goes back to the customer now, or zero. Missing while the outcome of the payment is not known; then whatever was taken goes back.',
      }),
    ),
    lines: soldLines,
    totals: Totals,
  },
)
export const OrderShipped = message('orders.order-shipped', 'orderId', 'A parcel is on its way.', {
  ...orderBasics,
  shipment: Shipment,
  lines: soldLines,
  complete: Type.Boolean(),
  shippingAddress: Address,
})
export const OrderRefunded = message('orders.order-refunded', 'orderId', 'Money went back for an order.', {
  ...orderBasics,
  refundId: Id,
  amount: Money,
  totalRefunded: Money,
  reason: Type.String(),
  unsent: Type.Optional(
    Type.Array(Type.Object({ sku: Sku, title: Type.String(), quantity: Type.Integer() }), {
      description: 'Refunded units that were not shipped. They will not be shipped and go back into stock.',
    }),
  ),
})
export const OrderChanged = message(
  'orders.order-changed',
  'orderId',
  'The status of an order changed; for live updates.',
  {
    orderId: Id,
    status: OneOf(orderStatuses),
    at: Time,
  },
)
