// PUT /v1/orders/:orderId. A customer checks out. The client chooses the order id, so a repeated request finds the first order, and
// another wish under the same id is refused. A cart becomes one order: while it is being bought, other order ids are refused.
import { type Order as OrderView, ordersApi } from '@souk/contracts/orders'
import { crashpoint } from '@souk/postgres'
import { handle, Refusal, type Reply, type Request, refuse, reply } from '@souk/service'
import pTimeout from 'p-timeout'
import { mayUse, refuseTaken } from '../cart/cart-access.ts'
import { type CartToBuy, findCartToBuy } from '../cart/carts-table.ts'
import { priceCart } from '../cart/price-cart.ts'
import { versionOfPrices } from '../cart/price-list.ts'
import type { PricedSnapshot } from '../cart/priced-cart-cache.ts'
import type { OrdersContext } from '../context.ts'
import { checkoutsTotal } from '../metrics.ts'
import { accessKeyOf } from '../order/access-key.ts'
import { type Order, orderView } from '../order/order.ts'
import { findOrder, insertOrder } from '../order/orders-table.ts'
import { fingerprintOf } from '../order/payment-fingerprint.ts'
import { maySee } from '../order/read-orders.ts'
import { type Checkout, newOrder } from './new-order.ts'
import { runCheckout } from './run-checkout.ts'
import { networkKey } from './unpaid-hold.ts'

const route = ordersApi.routes.checkout
/** A request is answered with 202 after this time, or sooner when its caller waits less long. */
const mostWaitMs = 6_500
/** Another request may place the order or change the cart meanwhile, and a message may change its prices. */
const mostTries = 5

type Asking = Pick<Request, 'headers' | 'caller'>

export const checkout = handle(route, async (request, context: OrdersContext) => {
  const { params, body, caller, ip } = request
  const orderId = params.orderId.toLowerCase()
  const asked: Checkout = {
    orderId,
    cartId: body.cartId.toLowerCase(),
    customerId: caller.userId,
    cartVersion: body.cartVersion,
    expectedTotal: body.expectedTotal,
    payment: body.payment,
    returnUrl: returnUrl(body.returnUrl, orderId, context),
    accessKey: accessKeyOf(orderId, context.settings.accessKeySecret),
    network: networkKey(ip, context.settings.holderSecret),
    at: context.now().toISOString(),
  }
  const quick = await placeFromCache(asked, request, context)
  if (quick) return finish(quick, context)

  for (let tries = 0; tries < mostTries; tries++) {
    const found = await findCartToBuy(orderId, asked.cartId, context)
    if (found.first) return repeat(found.first, asked, request, context)
    const order = await placeCounted(asked, cartFor(found, request, context), context)
    if (order) return finish(order, context)
  }
  return refuse(route, 'unavailable', 'This cart or its prices are being changed. Try again.')
})

/** Refuses nothing: the cached cart may be out of date, so undefined means to look at the stored one. */
async function placeFromCache(asked: Checkout, { caller }: Asking, context: OrdersContext): Promise<Order | undefined> {
  const cart = context.resources.pricedCarts.take(asked.cartId)
  try {
    return cart && mayUse(cart, null, caller) ? await place(asked, cart, context) : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** Undefined when the order id or the cart has an order already, or when the cart or its prices have changed. */
async function place(asked: Checkout, cart: PricedSnapshot, context: OrdersContext): Promise<Order | undefined> {
  const order = await insertOrder(newOrder(asked, cart), cart, context)
  crashpoint('orders.order-stored')
  return order
}

/** The same, and counts a refusal because the price has changed. */
async function placeCounted(asked: Checkout, cart: PricedSnapshot, context: OrdersContext): Promise<Order | undefined> {
  try {
    return await place(asked, cart, context)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'price-changed')
      context.metrics.count(checkoutsTotal, 'price_changed')
    throw error
  }
}

/** The cart, priced now. Refuses when there is none for this caller, and when an order exists for it. */
function cartFor({ cart, order }: CartToBuy, request: Asking, { settings }: OrdersContext): PricedSnapshot {
  if (!cart || !mayUse(cart, order, request.caller)) {
    refuse(route, 'cart-not-found', 'There is no such cart. Store it first.')
  }
  if (order?.status === 'canceled') {
    refuse(route, 'order-canceled', 'This cart was bought, and the order was canceled. Start a new cart.')
  }
  if (order) refuseTaken(route, order, request, settings.accessKeySecret)
  const { body, prices, version: cartVersion, customerId } = cart
  return { body, priced: priceCart(body, prices), customerId, cartVersion, pricesVersion: versionOfPrices(prices) }
}

/**
 * Answers a request whose order id is known with its order, if it wants the same again. The order of a customer is for those who
 * may read it. A guest proves to be the one who placed it with the ids of order and cart, which nobody else knows.
 */
async function repeat(
  first: NonNullable<CartToBuy['first']>,
  asked: Checkout,
  request: Asking,
  context: OrdersContext,
): Promise<Reply<OrderView>> {
  const { orderId, expectedTotal, payment } = asked
  const secret = context.settings.accessKeySecret
  if (first.cartId !== asked.cartId) {
    refuse(route, 'order-id-taken', 'This order id belongs to another cart. Choose a new one.')
  }
  if (first.customerId !== null && !maySee({ id: orderId, customerId: first.customerId }, request, secret)) {
    refuse(route, 'cart-not-found', 'There is no such cart. Store it first.')
  }
  if (expectedTotal.amount !== first.amount || expectedTotal.currency !== first.currency) {
    refuse(route, 'price-changed', 'This order has another total. Look at it before you buy.', {
      total: { amount: first.amount, currency: first.currency },
    })
  }
  if (asked.cartVersion !== undefined && first.cartVersion !== null && asked.cartVersion !== first.cartVersion) {
    refuse(route, 'cart-changed', 'This order was made from another version of the cart.', {
      version: first.cartVersion,
    })
  }
  if (first.paymentFingerprint !== null && first.paymentFingerprint !== fingerprintOf(orderId, payment)) {
    refuse(route, 'order-id-reused', 'This order id was used with another payment. Choose a new one.')
  }
  const order = await findOrder(context.sql, orderId, secret)
  if (!order) throw new Error(`Order ${orderId} has vanished.`)
  return finish(order, context)
}

/** Runs the checkout while the caller waits, and answers with what the order has become. */
async function finish(order: Order, context: OrdersContext): Promise<Reply<OrderView>> {
  // When the time is over, the checkout goes on without this request.
  const milliseconds = Math.max(1, Math.min(mostWaitMs, context.deadline - Date.now()))
  const outcome = await pTimeout(runCheckout(order, context.withoutDeadline), { milliseconds, fallback: () => order })
  if (outcome.status === 'canceled') return refuseCanceled(outcome)
  return reply(outcome.paidAt ? 201 : 202, orderView(outcome))
}

function refuseCanceled({ cancelReason, cancelDetail }: Order): never {
  const message = cancelDetail?.message ?? 'This order was canceled.'
  switch (cancelReason) {
    case 'declined':
      if (cancelDetail?.code === 'provider-unknown') refuse(route, 'provider-unknown', message)
      return refuse(route, 'payment-declined', message, { declineCode: cancelDetail?.code })
    case 'out-of-stock':
      return refuse(route, 'out-of-stock', message, { missing: cancelDetail?.missing ?? [] })
    case 'too-many-reservations':
      return refuse(route, 'too-many-reservations', message)
    default:
      return refuse(route, 'order-canceled', message, { cancelReason })
  }
}

/** Where the bank sends the customer back to: the order's page in the shop, or a page of an origin that the settings allow. */
function returnUrl(asked: string | undefined, orderId: string, { shared }: OrdersContext): string {
  if (asked === undefined) return `${shared.publicUrl}/orders/${orderId}`
  const url = URL.parse(asked, shared.publicUrl)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.href.length > 500) {
    refuse(route, 'invalid-request', 'returnUrl is not a web address.')
  }
  const allowed = [new URL(shared.publicUrl).origin, ...shared.returnOrigins]
  if (!allowed.includes(url.origin) || url.username || url.password) {
    refuse(route, 'return-url-not-allowed', `returnUrl must begin with ${allowed.join(' or ')}.`)
  }
  return url.href
}
