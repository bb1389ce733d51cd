// PUT /v1/orders/:orderId. A customer checks out. The client chooses the order id, so a repeated request finds the first
// order; and a cart becomes one order, whatever ids are sent. Everybody who knows the cart's id may buy it.
import { type Order as OrderView, ordersApi } from '@souk/contracts/orders'
import { crashpoint } from '@souk/postgres'
import { handle, Refusal, type Reply, refuse, reply } from '@souk/service'
import pTimeout from 'p-timeout'
import { type CartToBuy, findCartToBuy } from '../cart/carts-table.ts'
import { priceCart } from '../cart/price-cart.ts'
import { versionOfPrices } from '../cart/price-list.ts'
import type { PricedSnapshot } from '../cart/priced-cart-cache.ts'
import type { OrdersContext } from '../context.ts'
import { accessKeyOf } from '../order/access-key.ts'
import { type Order, orderView } from '../order/order.ts'
import { findOrder, insertOrder } from '../order/orders-table.ts'
import { type Checkout, newOrder } from './new-order.ts'
import { runCheckout } from './run-checkout.ts'

const route = ordersApi.routes.checkout
/** A request is answered with 202 after this time, or sooner when its caller waits less long. */
const mostWaitMs = 6_500
/** Another request may place the order or change the cart meanwhile, and a message may change its prices. */
const mostTries = 3

export const checkout = handle(route, async ({ params, body, caller }, context: OrdersContext) => {
  const orderId = params.orderId.toLowerCase()
  const cartId = body.cartId.toLowerCase()
  const asked: Checkout = {
    orderId,
    cartId,
    customerId: caller.userId,
    expectedTotal: body.expectedTotal,
    payment: body.payment,
    returnUrl: returnUrl(body.returnUrl, orderId, context),
    accessKey: accessKeyOf(orderId, context.settings.accessKeySecret),
    at: context.now().toISOString(),
  }
  const quick = await placeFromCache(asked, context)
  if (quick) return finish(quick, 201, context)

  for (let tries = 0; tries < mostTries; tries++) {
    const found = await findCartToBuy(orderId, cartId, context)
    if (found.cartOfOrder || found.orderOfCart) return answerWithExisting(found, asked, context)
    const order = await place(asked, priced(found), context)
    if (order) return finish(order, 201, context)
  }
  return refuse(route, 'unavailable', 'This cart or its prices are being changed. Try again.')
})

/** Refuses nothing: the cached cart may be out of date, so undefined means to look at the stored one. */
async function placeFromCache(asked: Checkout, context: OrdersContext): Promise<Order | undefined> {
  const cart = context.resources.pricedCarts.take(asked.cartId)
  try {
    return cart && (await place(asked, cart, context))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** Undefined when the order id or the cart has an order already, or when the cart or its prices have changed. */
async function place(asked: Checkout, cart: PricedSnapshot, context: OrdersContext): Promise<Order | undefined> {
  const order = await insertOrder(newOrder(asked, cart.body, cart.priced), cart, context)
  crashpoint('orders.order-stored')
  return order
}

function priced({ body, cartVersion, isBought, prices }: CartToBuy): PricedSnapshot {
  if (!body || cartVersion === null) refuse(route, 'cart-not-found', 'There is no such cart. Store it first.')
  if (isBought) {
    refuse(route, 'order-canceled', 'This cart was bought, and the order was canceled. Start a new cart.')
  }
  return { body, priced: priceCart(body, prices), cartVersion, pricesVersion: versionOfPrices(prices) }
}

async function answerWithExisting(
  { cartOfOrder, orderOfCart }: CartToBuy,
  { orderId, cartId }: Checkout,
  context: OrdersContext,
): Promise<Reply<OrderView>> {
  if (cartOfOrder && cartOfOrder !== cartId) {
    refuse(route, 'order-id-taken', 'This order id belongs to another cart. Choose a new one.')
  }
  const foundId = cartOfOrder ? orderId : orderOfCart
  const order = foundId && (await findOrder(context.sql, foundId, context.settings.accessKeySecret))
  // The order of the cart may have been canceled between the two reads.
  if (!order) return refuse(route, 'unavailable', 'Another checkout of this cart has just ended. Try again.')
  return finish(order, foundId === orderId ? 201 : 200, context)
}

/** Runs the checkout while the caller waits, and answers with what the order has become. */
async function finish(order: Order, paidStatus: 200 | 201, context: OrdersContext): Promise<Reply<OrderView>> {
  // When the time is over, the checkout goes on without this request.
  const milliseconds = Math.max(1, Math.min(mostWaitMs, context.deadline - Date.now()))
  const outcome = await pTimeout(runCheckout(order, context.withoutDeadline), { milliseconds, fallback: () => order })
  if (outcome.status === 'canceled') return refuseCanceled(outcome)
  return reply(outcome.paidAt ? paidStatus : 202, orderView(outcome))
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

/** Where the bank sends the customer back to: the order's page in the shop, or a page that the client names. */
function returnUrl(asked: string | undefined, orderId: string, { shared }: OrdersContext): string {
  if (asked === undefined) return `${shared.publicUrl}/orders/${orderId}`
  const url = URL.parse(asked, shared.publicUrl)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.href.length > 500) {
    refuse(route, 'invalid-request', 'returnUrl is not a web address.')
  }
  return url.href
}
