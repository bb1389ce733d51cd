// PUT /v1/orders/:orderId. A customer checks out. The client picks the order id, so a repeated request finds the first
// order; and a cart becomes one order, whatever ids are sent. The cart's id is the right to buy it.
import { type CartInput, type Order as OrderView, ordersApi } from '@souk/contracts/orders'
import { batched, crashpoint } from '@souk/postgres'
import { handle, Refusal, type Reply, refuse, reply } from '@souk/service'
import { priceCart } from '../cart/price-cart.ts'
import { type PricedSku, pricesAsJson, pricesVersion, skusIn } from '../cart/price-list.ts'
import type { PricedNow } from '../cart/priced-cart-cache.ts'
import type { OrdersContext } from '../context.ts'
import { accessKeyOf } from '../order/access-key.ts'
import { type Checkout, newOrder, type Order, orderView } from '../order/order.ts'
import { findOrder, insertOrders, type NewOrder } from '../order/orders-table.ts'
import { driveOrder } from './run-checkout.ts'

const route = ordersApi.routes.checkout
/** A slow payment is answered with 202 rather than not at all; sooner when the caller waits less long. */
const patienceMs = 6_500
/** Somebody else may place the order, change the cart or its prices just then. */
const mostTries = 3

interface Gathered {
  /** The cart of the order with this id, if there is one. */
  cartOfOrder: string | null
  /** The order that the cart has become, if it has. */
  orderOfCart: string | null
  body: CartInput | null
  /** Whether the cart was paid for once. */
  isBought: boolean
  cartVersion: number | null
  prices: PricedSku[]
  pricesVersion: number
}

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
    accessKey: accessKeyOf(orderId, context.shared.sharedSecret),
    at: context.now().toISOString(),
  }
  const known = context.resources.pricedCarts.take(cartId)
  const quick = known && (await placeKnown(asked, known, context))
  if (quick) return finish(quick, 201, context)

  for (let tries = 0; tries < mostTries; tries++) {
    const gathered = await gather(orderId, cartId, context)
    if (gathered.cartOfOrder || gathered.orderOfCart) return answerWithFound(gathered, orderId, cartId, context)
    const { body: cart, cartVersion, pricesVersion } = gathered
    if (!cart || cartVersion === null) refuse(route, 'cart-not-found', 'There is no such cart. Store it first.')
    if (gathered.isBought) {
      refuse(route, 'order-canceled', 'This cart was bought, and the order canceled. Start a new cart.')
    }
    const priced = priceCart(cart, gathered.prices)
    const order = await place(asked, { body: cart, priced, cartVersion, pricesVersion }, context)
    if (order) return finish(order, 201, context)
  }
  return refuse(route, 'unavailable', 'This cart or its prices change just now. Try again.')
})

/** From memory nothing is refused: it may be old. */
async function placeKnown(asked: Checkout, cart: PricedNow, context: OrdersContext): Promise<Order | undefined> {
  try {
    return await place(asked, cart, context)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** Undefined when the order or the cart has an order already, or when the cart is not as it was priced any more. */
async function place(asked: Checkout, cart: PricedNow, context: OrdersContext): Promise<Order | undefined> {
  const { body, priced, cartVersion, pricesVersion } = cart
  const order = newOrder(asked, body, priced)
  const stored = await storeOrder({ ...order, cartVersion, pricesVersion }, context)
  crashpoint('orders.order-stored')
  return stored && { ...order, number: stored.number }
}

const storeOrder = batched<NewOrder, { id: string; number: number }, OrdersContext>({
  key: (order) => order.id,
  // One statement cannot tell which of two orders got the cart.
  conflicts: (order) => [order.cartId],
  keyOf: (stored) => stored.id,
  write(orders, { sql, commit }) {
    const { given, insert, also } = insertOrders(sql, orders)
    return commit(insert, { given, also })
  },
  waitMs: 16,
})

const gatherInGroup = batched<{ orderId: string; cartId: string }, Gathered & { orderId: string }, OrdersContext>({
  key: ({ orderId }) => orderId,
  keyOf: ({ orderId }) => orderId,
  write: (wanted, { sql }) =>
    sql<Gathered & { orderId: string }>`
      select wanted.order_id,
        (select cart_id from orders where id = wanted.order_id) as cart_of_order,
        case when bought.status <> 'canceled' then bought.id end as order_of_cart,
        bought.id is not null as is_bought,
        cart.body,
        cart.version as cart_version,
        ${pricesAsJson(sql, skusIn(sql))} as prices,
        ${pricesVersion(sql)} as prices_version
      from unnest(${wanted.map((it) => it.orderId)}::uuid[], ${wanted.map((it) => it.cartId)}::uuid[])
        with ordinality as wanted (order_id, cart_id, place)
      left join cart on cart.id = wanted.cart_id
      left join orders bought on bought.bought_cart_id = wanted.cart_id
      order by wanted.place`,
  waitMs: 16,
})

function gather(orderId: string, cartId: string, context: OrdersContext): Promise<Gathered> {
  return gatherInGroup({ orderId, cartId }, context) as Promise<Gathered> // Every wish has a row.
}

async function answerWithFound(
  { cartOfOrder, orderOfCart }: Gathered,
  orderId: string,
  cartId: string,
  context: OrdersContext,
): Promise<Reply<OrderView>> {
  if (cartOfOrder && cartOfOrder !== cartId) {
    refuse(route, 'order-id-taken', 'This order id belongs to another cart. Choose a new one.')
  }
  const foundId = cartOfOrder ? orderId : orderOfCart
  const found = foundId && (await findOrder(context.sql, foundId, context.shared.sharedSecret))
  // Between the two looks, the order that was in the way may have been canceled.
  if (!found) return refuse(route, 'unavailable', 'Another checkout of this cart has just ended. Try again.')
  return finish(found, foundId === orderId ? 201 : 200, context)
}

/** Drives the order as far as it goes while the caller waits, and answers with what it has become. */
async function finish(order: Order, paidStatus: 200 | 201, context: OrdersContext): Promise<Reply<OrderView>> {
  const outcome = await withPatience(driveOrder(order, context.unhurried), order, context.deadline)
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

/** The outcome, or the order as it was when the patience is over; then it is driven on without us. */
async function withPatience(driven: Promise<Order>, order: Order, deadline: number): Promise<Order> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<Order>((resolve) => {
    timer = setTimeout(resolve, Math.min(patienceMs, deadline - Date.now()), order)
  })
  return Promise.race([driven, enough]).finally(() => clearTimeout(timer))
}

/** Where the bank sends the customer back to: a page of the shop, or one that the client names. */
function returnUrl(asked: string | undefined, orderId: string, { shared }: OrdersContext): string {
  if (asked === undefined) return `${shared.publicUrl}/orders/${orderId}`
  const url = URL.parse(asked, shared.publicUrl)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.href.length > 500) {
    refuse(route, 'invalid-request', 'returnUrl is not a web address.')
  }
  return url.href
}
