// What the orders service promises: carts, checkout, history, shipping, refunds.
import { type Static, Type } from 'typebox'
import {
  Address,
  AddressInput,
  byId,
  Country,
  Currency,
  Day,
  Email,
  Id,
  Language,
  Money,
  Page,
  paging,
  Sku,
  Time,
} from './basics.ts'
import { defineApi, message, OneOf, Shape } from './define.ts'
import { NextAction, PaymentChoice } from './payments.ts'
import { Line, Lines, Link, Opaque, SearchText } from './text.ts'

const Quantity = Type.Integer({ minimum: 1, maximum: 999 })
export const Delivery = Shape(
  { from: Day, to: Day },
  {
    description:
      'The first and the last day on which the parcel should arrive, when the order is placed now: working days from Monday to Friday. Public holidays are not left out.',
  },
)
export type Delivery = Static<typeof Delivery>
const methodBasics = { id: Type.String(), name: Type.String(), price: Money }
export const ShippingMethod = Shape({
  ...methodBasics,
  delivery: Type.Optional(Delivery),
  freeFrom: Type.Optional(
    Shape(Money.properties, {
      description: 'The method costs nothing when the goods, less the discount, cost this or more.',
    }),
  ),
})
const totalsBasics = {
  subtotal: Money,
  discount: Money,
  shipping: Money,
  tax: Money,
  total: Money,
  taxIncluded: Type.Boolean({ description: 'True: prices contain the tax, which is shown but not added.' }),
}
const Taxes = Type.Optional(
  Type.Array(Shape({ rate: Type.Number({ description: 'Percent.' }), tax: Money }), {
    description: 'The tax by rate, that on shipping included. The taxes add up to tax. Empty where no tax is due.',
  }),
)
export const Totals = Shape({ ...totalsBasics, taxes: Taxes })
export type Totals = Static<typeof Totals>
const lineBasics = {
  sku: Sku,
  title: Type.String(),
  quantity: Type.Integer(),
  unitPrice: Money,
  lineTotal: Money,
  image: Type.Optional(Type.String()),
  slug: Type.Optional(Type.String()),
  withdrawal: Type.Optional(
    OneOf(['excluded'], { description: 'excluded: made to order, for example. There is no right of withdrawal.' }),
  ),
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
  available: Type.Optional(
    Type.Integer({ description: 'Of out-of-stock and not-enough-stock: the units of the SKU that are left.' }),
  ),
  message: Type.String(),
})
export const CartInput = Shape({
  email: Type.Optional(Email),
  currency: Type.Optional(Currency),
  language: Type.Optional(Language),
  lines: Type.Array(Shape({ sku: Sku, quantity: Quantity }), { maxItems: 200 }),
  shippingAddress: Type.Optional(AddressInput),
  billingAddress: Type.Optional(AddressInput),
  shippingMethod: Type.Optional(Opaque({ maxLength: 40 })),
  codes: Type.Optional(Type.Array(Line({ maxLength: 40 }), { maxItems: 10 })),
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
  language: Type.Optional(Language),
  lines: Type.Array(
    Shape({
      ...lineBasics,
      previousUnitPrice: Type.Optional(
        Shape(Money.properties, {
          description:
            'The unit price when the cart was last stored, if it is another one now. Storing the cart again accepts the new price.',
        }),
      ),
    }),
  ),
  shippingAddress: Type.Optional(Address),
  billingAddress: Type.Optional(Address),
  shippingMethod: Type.Optional(Type.String()),
  shippingMethods: Type.Array(ShippingMethod),
  codes: Type.Array(Type.String()),
  freeShippingFrom: Type.Optional(
    Shape(Money.properties, {
      description:
        'Shipping costs nothing when the goods, less the discount, cost this or more. That of the chosen method, or else of the cheapest.',
    }),
  ),
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
  refundedQuantity: Type.Integer({ description: 'Units whose money went back, or is on its way.' }),
  canceledQuantity: Type.Integer({
    description: 'Units that will not be sent, or wait for their refund until that is certain.',
  }),
})
export const Shipment = Shape({
  id: Id,
  carrier: Type.Optional(Type.String()),
  trackingNumber: Type.Optional(Type.String()),
  trackingUrl: Type.Optional(Type.String()),
  lines: Type.Array(Shape({ sku: Sku, quantity: Type.Integer() })),
  shippedAt: Time,
})
const RefundPart = Shape({
  amount: Money,
  tax: Shape(Money.properties, { description: 'The tax that the amount contains.' }),
})
export const RefundParts = Shape(
  { items: RefundPart, shipping: RefundPart, goodwill: RefundPart },
  {
    description:
      'What a refund is for. Items and shipping never exceed what was paid for them, and all parts together never exceed what was paid. When everything has gone back, the taxes add up to the tax of the order.',
  },
)
export type RefundParts = Static<typeof RefundParts>
export const Refund = Shape({
  id: Id,
  status: OneOf(['pending', 'refunded', 'failed']),
  amount: Money,
  parts: RefundParts,
  lines: Type.Array(
    Shape({
      sku: Sku,
      quantity: Type.Integer(),
      unsent: Type.Integer({ description: 'So many of the units had not been sent; they will not be sent.' }),
      restocked: Type.Integer({ description: 'So many of the units had been sent and go back into stock.' }),
      amount: Money,
    }),
  ),
  reason: Type.String(),
  createdAt: Time,
})
export const Cancellation = Shape(
  {
    id: Id,
    status: OneOf(['pending', 'canceled', 'failed'], {
      description:
        'pending: the money is on its way. failed: the money could not be given back, so the units are to be sent again.',
    }),
    lines: Type.Array(Shape({ sku: Sku, quantity: Type.Integer(), refund: Money })),
    reason: Type.String(),
    createdAt: Time,
  },
  { description: 'Units of a paid order that were not sent and will not be.' },
)
export const withdrawalStatuses = ['announced', 'canceled', 'closed', 'unmatched'] as const
const WithdrawnLine = Shape({ sku: Sku, quantity: Type.Integer() })
const withdrawalBasics = {
  id: Id,
  status: OneOf(withdrawalStatuses, {
    description:
      'announced: the goods come back, or staff cancels what was not sent. canceled: nothing had been sent, and the order was canceled. closed: staff has settled it, as a rule with a refund. unmatched: no order has this number and e-mail address.',
  }),
  lines: Type.Optional(Type.Array(WithdrawnLine, { description: 'Missing: the whole order.' })),
  late: Type.Boolean({ description: 'True: declared after the period of withdrawal had ended.' }),
  excluded: Type.Array(Sku, { description: 'Declared goods for which there is no right of withdrawal.' }),
  receivedAt: Time,
  closedAt: Type.Optional(Time),
  refundId: Type.Optional(Id),
}
export const OrderWithdrawal = Shape(withdrawalBasics, { description: 'A declaration of withdrawal from an order.' })
export type OrderWithdrawal = Static<typeof OrderWithdrawal>
export const Withdrawal = Shape({
  ...withdrawalBasics,
  orderId: Type.Optional(Id),
  number: Type.String({ description: 'The number of the order, as it was typed.' }),
  email: Email,
  name: Type.String(),
  statement: Type.Optional(Type.String()),
  note: Type.Optional(Type.String({ description: 'Of staff, when it was closed without a refund.' })),
})
export type Withdrawal = Static<typeof Withdrawal>
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
  delivery: Type.Optional(
    Shape(Delivery.properties, { description: 'The days of arrival that were promised when the order was placed.' }),
  ),
  language: Type.Optional(Language),
  shipments: Type.Array(Shipment),
  refunds: Type.Array(Refund),
  cancellations: Type.Array(Cancellation),
  withdrawals: Type.Optional(Type.Array(OrderWithdrawal)),
  withdrawUntil: Type.Optional(
    Type.String({
      format: 'date',
      description: 'The last day of the period of withdrawal. Missing until everything was sent: it has not begun.',
    }),
  ),
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
      'A stable word: created, action-required, payment-authorized, paid, canceled, shipped, refund-requested, refunded, refund-failed, units-canceled, late-payment, withdrawal-received, withdrawal-closed.',
  }),
  status: Type.Optional(OneOf(orderStatuses, { description: 'Of the order, from then on.' })),
  message: Type.String(),
})

const ParcelLines = Type.Array(Shape({ sku: Sku, quantity: Quantity }), { minItems: 1, maxItems: 200 })
const ShippingBack = Type.Union([Type.Boolean(), Money], {
  description: 'True: all that was paid for shipping and has not gone back. Or an amount of it. Nothing without it.',
})
const closesWithdrawal = Type.String({
  format: 'uuid',
  description: 'The withdrawal of this order that is settled with it, or one that matched no order. It is then closed.',
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
    sameForEverybody: true,
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
      returnUrl: Type.Optional(Opaque({ maxLength: 500 })),
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
      'too-many-declines': 429,
    },
  },
  list: {
    method: 'GET',
    path: '/v1/orders',
    access: 'customer',
    summary: 'List my orders; staff sees all',
    about:
      'Orders that were placed as a guest come into the account that has proved their e-mail address: when it proves the address, and at each sign-in after that.',
    query: Shape({
      ...paging,
      status: Type.Optional(OneOf(orderStatuses)),
      email: Type.Optional(Email),
      number: Type.Optional(SearchText({ maxLength: 20 })),
    }),
    reply: Shape({ items: Type.Array(OrderSummary), nextCursor: Type.Optional(Type.String()) }),
    refusals: { 'invalid-cursor': 400 },
  },
  read: {
    method: 'GET',
    path: '/v1/orders/:id',
    access: 'anyone',
    summary: 'Read one order',
    headers: ['order-key', 'cart-id'],
    about:
      'Its owner, staff, or whoever sends its accessKey in the header Order-Key. To everybody else it does not exist. A guest whose checkout was answered, but never arrived, sends the id of the cart in the header Cart-Id in place of the key, and finds the accessKey in the reply; that opens no order that belongs to an account.',
    ...byItsId,
    reply: Order,
  },
  find: {
    method: 'POST',
    path: '/v1/orders/find',
    access: 'anyone',
    summary: 'Find an order by its number and e-mail address',
    about:
      'For guests who have lost the link in their mail. The number is taken with or without S-, and spaces and case do not matter, nor does the case of the address. One refusal says that the two do not belong together, never which is wrong. After 10 wrong pairs an hour of one mailbox or one number, or 20 of one network, and 20 and 60 a day, further requests are refused.',
    rateLimit: { class: 'credentials' },
    priority: 'checkout',
    body: Shape({ number: Line({ minLength: 1, maxLength: 40 }), email: Email }),
    reply: Shape({ id: Id, accessKey: Type.String() }),
    refusals: { 'order-not-found': 404 },
  },
  withdraw: {
    method: 'POST',
    path: '/v1/withdrawals',
    access: 'anyone',
    summary: 'Declare the withdrawal from an order',
    about:
      'Needs no account. Without lines it is the whole order. The reply is the receipt, and it is the same whether or not the order is found; a receipt with the content, the date and the time goes to the e-mail address. What matches no order is recorded for staff. An order of which nothing was sent is canceled; otherwise the goods come back, and staff records the refund. The same declaration again, while the first is not settled, gets the receipt of the first (200). At most 10 an hour and 30 a day of one network.',
    idempotencyKey: 'optional',
    rateLimit: { class: 'credentials' },
    priority: 'checkout',
    status: 201,
    otherStatuses: [200],
    body: Shape({
      name: Line({ minLength: 1, maxLength: 120 }),
      number: Line({ minLength: 1, maxLength: 40 }),
      email: Email,
      lines: Type.Optional(Type.Array(Shape({ sku: Sku, quantity: Quantity }), { minItems: 1, maxItems: 200 })),
      statement: Type.Optional(Lines({ maxLength: 2_000 })),
      language: Type.Optional(Language),
    }),
    reply: Shape({ id: Id, receivedAt: Time }),
  },
  listWithdrawals: {
    method: 'GET',
    path: '/v1/withdrawals',
    access: 'staff',
    summary: 'List the withdrawals, newest first',
    query: Shape({
      ...paging,
      status: Type.Optional(OneOf(withdrawalStatuses)),
      orderId: Type.Optional(Id),
    }),
    reply: Page(Withdrawal),
    refusals: { 'invalid-cursor': 400 },
  },
  closeWithdrawal: {
    method: 'POST',
    path: '/v1/withdrawals/:id/close',
    access: 'staff',
    summary: 'Close a withdrawal that leads to no refund',
    idempotencyKey: true,
    about:
      'For goods that are excluded or did not come back, and for what matches no order. A refund with withdrawalId closes a withdrawal by itself.',
    params: byId,
    body: Shape({ note: Line({ minLength: 1, maxLength: 300 }) }),
    reply: Withdrawal,
    refusals: { 'withdrawal-settled': 409 },
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
        'orders.units-canceled',
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
    about:
      'The stock is released and all money, shipping included, goes back to the customer. When a part of the order was sent, staff cancels the rest with /cancellations. A refusal names the status of the order as orderStatus.',
    idempotencyKey: true,
    priority: 'checkout',
    ...byItsId,
    body: Shape({
      reason: Type.Optional(
        Line({
          maxLength: 300,
          description: "Shown in the timeline. A customer's reason is not quoted in mails.",
        }),
      ),
    }),
    reply: Order,
    refusals: { 'too-late-to-cancel': 409 },
  },
  cancelUnits: {
    method: 'POST',
    path: '/v1/orders/:id/cancellations',
    access: 'staff',
    summary: 'Cancel units that were not sent',
    idempotencyKey: true,
    status: 201,
    about:
      'For each line its units, and how much of their money goes back: from nothing to their share of what was paid for the line. Without refund it is their share, at most what is left of the order. The units go back into stock: at once when no money moves, otherwise when the money has moved; if the refund fails, they are to be sent again. When nothing is left to send, the order ends by itself: it is shipped when something was sent, and canceled when nothing was. Shipping costs go back only when shipping says so. A refusal names the status of the order as orderStatus.',
    ...byItsId,
    body: Shape({
      lines: Type.Array(Shape({ sku: Sku, quantity: Quantity, refund: Type.Optional(Money) }), {
        minItems: 1,
        maxItems: 200,
      }),
      shipping: Type.Optional(ShippingBack),
      withdrawalId: Type.Optional(closesWithdrawal),
      reason: Line({ minLength: 1, maxLength: 300 }),
    }),
    reply: Order,
    refusals: {
      'not-paid': 409,
      'order-canceled': 409,
      'nothing-to-cancel': 409,
      'too-many-units': 422,
      'refund-too-large': 409,
      'invalid-refund': 422,
    },
  },
  ship: {
    method: 'POST',
    path: '/v1/orders/:id/shipments',
    access: 'staff',
    summary: 'Ship an order, or part of it',
    idempotencyKey: true,
    status: 201,
    about:
      'Without lines: all that is left. An order whose money has gone back entirely is not shipped, unless evenIfRefunded says that the customer keeps both. A refusal names the status of the order as orderStatus.',
    ...byItsId,
    body: Shape({
      lines: Type.Optional(ParcelLines),
      carrier: Type.Optional(Line({ maxLength: 60 })),
      trackingNumber: Type.Optional(Line({ maxLength: 100 })),
      trackingUrl: Type.Optional(Link({ maxLength: 300, pattern: '^https://' })),
      evenIfRefunded: Type.Optional(Type.Boolean()),
    }),
    reply: Order,
    refusals: {
      'not-paid': 409,
      'nothing-to-ship': 409,
      'too-many-units': 422,
      'order-canceled': 409,
      'order-refunded': 409,
    },
  },
  refund: {
    method: 'POST',
    path: '/v1/orders/:id/refunds',
    access: 'staff',
    summary: 'Give money back, all or part',
    idempotencyKey: true,
    status: 201,
    about:
      'By lines (their share of what was paid for the line, or an amount of it), and for shipping only when shipping says so; by amount, as goodwill that leaves all units in the order; or, without any of these, all that is left. No part exceeds what was paid for it, and all refunds together never exceed what was paid. The money moves in the background; the status of the refund says when it has moved. Units that were not sent then go back into stock, and sent ones when restock is true. An order with nothing left to send is then shipped, or canceled when nothing was shipped. A refusal names the status of the order as orderStatus; one that is too large also what is left, and of which purpose.',
    ...byItsId,
    body: Shape({
      amount: Type.Optional(Money),
      lines: Type.Optional(
        Type.Array(Shape({ sku: Sku, quantity: Quantity, amount: Type.Optional(Money) }), {
          minItems: 1,
          maxItems: 200,
        }),
      ),
      units: Type.Optional(
        OneOf(['unsent-first', 'unsent', 'sent'], {
          description:
            'Which units the lines are. unsent: these will not be sent. sent: the customer has them, and the rest is still to be sent. unsent-first, the default: as many unsent ones as there are, then sent ones.',
        }),
      ),
      shipping: Type.Optional(ShippingBack),
      restock: Type.Optional(Type.Boolean({ description: 'True: the sent units of this refund go back into stock.' })),
      withdrawalId: Type.Optional(closesWithdrawal),
      reason: Line({ minLength: 1, maxLength: 300 }),
    }),
    reply: Order,
    refusals: { 'not-paid': 409, 'refund-too-large': 409, 'invalid-refund': 422 },
  },
})

// The release before takes no further fields inside these, so what is new stands beside them.
const MessageTotals = Shape(totalsBasics)
const orderBasics = {
  orderId: Id,
  number: Type.String(),
  email: Email,
  customerId: Type.Optional(Id),
  language: Type.Optional(Language),
}
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
const Units = Type.Object({ sku: Sku, title: Type.String(), quantity: Type.Integer() })
export const OrderPlaced = message('orders.order-placed', 'orderId', 'An order is paid and will be shipped.', {
  ...orderBasics,
  lines: soldLines,
  totals: MessageTotals,
  shippingAddress: Address,
  shippingMethod: Shape(methodBasics),
  delivery: Type.Optional(Delivery),
  taxes: Taxes,
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
      description:
        'A stable word: by-customer, by-staff, out-of-stock, declined, expired; refunded or units-canceled when its last units were refunded or canceled before anything was sent.',
    }),
    wasPaid: Type.Boolean(),
    wasApproved: Type.Optional(
      Type.Boolean({ description: 'The bank had agreed to the payment, though the order was not paid in the end.' }),
    ),
    goingBack: Type.Optional(
      Shape(Money.properties, {
        description:
          'The amount that goes back to the customer now, or zero. Missing while the outcome of the payment is not known; then whatever was taken goes back.',
      }),
    ),
    parts: Type.Optional(RefundParts),
    lines: soldLines,
    totals: MessageTotals,
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
  parts: Type.Optional(RefundParts),
  unsent: Type.Optional(
    Type.Array(Units, {
      description: 'Refunded units that were not shipped. They will not be shipped and go back into stock.',
    }),
  ),
  restocked: Type.Optional(
    Type.Array(Units, { description: 'Refunded units that were shipped, came back and go back into stock.' }),
  ),
})
export const UnitsCanceled = message(
  'orders.units-canceled',
  'orderId',
  'Units of a paid order will not be sent and go back into stock. No money moves for them.',
  {
    ...orderBasics,
    cancellationId: Id,
    reason: Type.String(),
    units: Type.Array(Units),
  },
)
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
export const WithdrawalReceived = message(
  'orders.withdrawal-received',
  'withdrawalId',
  'Somebody has declared the withdrawal from an order. The order may not be known.',
  {
    withdrawalId: Id,
    orderId: Type.Optional(Id),
    customerId: Type.Optional(Id),
    language: Type.Optional(Language),
    number: Type.String(),
    email: Email,
    name: Type.String(),
    statement: Type.Optional(Type.String()),
    lines: Type.Optional(
      Type.Array(Type.Object({ sku: Sku, title: Type.Optional(Type.String()), quantity: Type.Integer() }), {
        description: 'Missing: the whole order.',
      }),
    ),
    excluded: Type.Array(Type.Object({ sku: Sku, title: Type.String() })),
    status: OneOf(withdrawalStatuses),
    late: Type.Boolean(),
    receivedAt: Time,
  },
)
