// PUT and GET /v1/carts/:id, and GET /v1/me/cart. The client sends the whole cart; the server stores it and says what it costs.
// The client chooses the id. Everybody who knows the id of a guest's cart may use it; only its owner and staff may use a customer's cart.
import { ordersApi } from '@souk/contracts/orders'
import { clientNetwork, handle, isMet, type Precondition, preconditionIn, type Request, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { cartsCreated } from '../metrics.ts'
import { mayUse, refuseTaken } from './cart-access.ts'
import { cartReply } from './cart-view.ts'
import {
  type CartToStore,
  findCart,
  findCartOrMerged,
  findUnknownSkus,
  type JustStored,
  storeCart,
} from './carts-table.ts'
import { findCurrentCartId } from './current-cart.ts'
import { mostUnits } from './merge-carts.ts'
import { mergeLines, priceCart } from './price-cart.ts'
import { versionOfPrices } from './price-list.ts'

const { routes } = ordersApi

export const putCart = handle(routes.putCart, async (request, context: OrdersContext) => {
  const { params, body, headers, caller } = request
  const { newCarts, stockHints, pricedCarts } = context.resources
  const tooMany = mergeLines(body.lines).find((line) => line.quantity > mostUnits)
  if (tooMany) {
    refuse(routes.putCart, 'invalid-request', `At most ${mostUnits} units of ${tooMany.sku} fit into one cart.`)
  }
  const id = params.id.toLowerCase()
  const condition = preconditionIn(routes.putCart, headers)
  const skus = body.lines.map(({ sku }) => sku)
  stockHints.prepare(skus, context.clients.inventory)

  const client = caller.userId ?? clientNetwork(request.ip)
  const mayBeNew = newCarts.take(client) === 0
  const isStaff = caller.role === 'staff'
  const toStore: CartToStore = {
    ...condition,
    id,
    customerId: caller.userId,
    isStaff,
    body,
    mayBeNew: mayBeNew && !condition.mustExist,
  }
  let cart: JustStored | undefined
  try {
    cart = (await storeCart(toStore, context)) ?? (await refuseOrStoreAgain(toStore, condition, request, context))
  } finally {
    if (mayBeNew && cart?.version !== 1) newCarts.giveBack(client)
  }

  const { version: cartVersion, customerId } = cart
  if (cartVersion === 1) context.metrics.count(cartsCreated)
  const priced = priceCart(body, cart.prices)
  pricedCarts.keep(id, { body, priced, customerId, cartVersion, pricesVersion: versionOfPrices(cart.prices) })
  return cartReply(routes.putCart, { ...cart, body, order: null, formerPrices: [] }, priced, request, context)
})

export const readCart = handle(routes.readCart, async (request, context: OrdersContext) => {
  const cart = await findCart(request.params.id, context.sql)
  if (!cart || !mayUse(cart, cart.order, request.caller)) {
    return refuse(routes.readCart, 'not-found', 'There is no such cart.')
  }
  return cartReply(routes.readCart, cart, priceCart(cart.body, cart.prices), request, context)
})

export const readMyCart = handle(routes.readMyCart, async (request, context: OrdersContext) => {
  const id = await findCurrentCartId(request.caller.userId, context.sql)
  const cart = id && (await findCart(id, context.sql))
  if (!cart) return refuse(routes.readMyCart, 'not-found', 'You have no cart. Store one.')
  return cartReply(routes.readMyCart, cart, priceCart(cart.body, cart.prices), request, context)
})

/**
 * Refuses a cart that could not be stored, with the reason. When the reason has ended meanwhile (the other change is stored, the
 * SKU has become known), the cart is stored after all.
 */
async function refuseOrStoreAgain(
  toStore: CartToStore,
  condition: Precondition,
  request: Request<typeof routes.putCart>,
  context: OrdersContext,
): Promise<JustStored> {
  const route = routes.putCart
  const { sql, settings } = context
  const found = await findCartOrMerged(toStore.id, sql)
  const cart = found?.mergedInto ? undefined : found
  if (cart && !mayUse(cart, cart.order, request.caller)) refuse(route, 'not-found', 'There is no such cart.')
  if (cart?.order) refuseTaken(route, cart.order, request, settings.accessKeySecret)
  if (!isMet(condition, cart?.version)) {
    const sentence = cart ? 'The cart was changed in another tab. Read it again.' : 'There is no such cart to change.'
    refuse(route, 'version-conflict', sentence, { version: cart?.version })
  }
  const skus = await findUnknownSkus(request.body, sql)
  if (skus.length > 0) {
    refuse(route, 'sku-unknown', `The shop does not know ${skus.join(', ')}. The cart was not stored.`, { skus })
  }
  if (found?.mergedInto) refuse(route, 'not-found', 'There is no such cart. Choose a new id.')
  if (!cart && !toStore.mayBeNew) {
    refuse(route, 'too-many-requests', 'Too many new carts from your address. Try again in a minute.', {
      retryAfterSeconds: 60,
    })
  }
  const stored = await storeCart(toStore, context)
  if (stored) return stored
  return cart
    ? refuse(route, 'unavailable', 'This cart is being changed. Try again.')
    : refuse(route, 'not-found', 'There is no such cart. Choose a new id.') // It was ordered, and forgotten since.
}
