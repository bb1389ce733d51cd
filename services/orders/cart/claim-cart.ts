// POST /v1/carts/:id/claim. Somebody signs in and takes the guest's cart along: it is merged into the customer's current cart, or
// becomes it. No call to inventory happens while the carts are locked, so all is repeated when the guest's cart has changed.
import { type CartInput, ordersApi } from '@souk/contracts/orders'
import { handle, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { mayUse, refuseTaken } from './cart-access.ts'
import { cartReply } from './cart-view.ts'
import { findCart, findCartOrMerged, type StoredCart } from './carts-table.ts'
import { takeCartAlong } from './claimed-carts-table.ts'
import { mergeCarts } from './merge-carts.ts'
import { priceCart } from './price-cart.ts'

const route = ordersApi.routes.claimCart
const mostTries = 5

export const claimCart = handle(route, async (request, context: OrdersContext) => {
  const { params, caller } = request
  const customerId = caller.userId
  if (customerId === undefined) return refuse(route, 'not-signed-in', 'Sign in first.')
  const id = params.id.toLowerCase()
  for (let tries = 0; tries < mostTries; tries++) {
    const found = await findCartOrMerged(id, context.sql)
    const isMine = found?.customerId === customerId
    const isSomebodys = found !== undefined && found.customerId !== null && !isMine
    const cart = isMine && found.mergedInto ? await findCart(found.mergedInto, context.sql) : found
    if (!cart || isSomebodys || !mayUse(cart, cart.order, caller)) {
      return refuse(route, 'not-found', 'There is no such cart.')
    }
    if (isMine) return cartReply(route, cart, priceCart(cart.body, cart.prices), request, context)
    if (cart.order) refuseTaken(route, cart.order, request, context.settings.accessKeySecret)
    await takeAlong(cart, customerId, context)
  }
  return refuse(route, 'unavailable', 'These carts are being changed. Try again.')
})

/** Does nothing when the guest's cart has changed meanwhile, or one of the carts is being bought. */
async function takeAlong(guest: StoredCart, customerId: string, context: OrdersContext): Promise<void> {
  const skus = guest.body.lines.map((line) => line.sku)
  const available = await context.resources.stockHints.availableUnits(skus, context.clients.inventory)
  const merge = (own: CartInput) => {
    const merged = mergeCarts(own, guest.body, available)
    const tooLarge = 'Both carts together have more lines than one cart holds. Remove some first.'
    return merged ?? refuse(route, 'cart-too-large', tooLarge)
  }
  await takeCartAlong(guest, customerId, merge, context)
}
