// POST /v1/carts/:id/claim. Somebody signs in and takes the guest's cart along: it is merged into the customer's current cart, or
// becomes it. No call to inventory happens while the carts are locked, so the decision is repeated when one of them has changed.
import { ordersApi } from '@souk/contracts/orders'
import { handle, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { mayUse, refuseTaken } from './cart-access.ts'
import { cartReply } from './cart-view.ts'
import { findCart, findCartOrMerged, type StoredCart } from './carts-table.ts'
import { adoptCart, storeMerged } from './claimed-carts-table.ts'
import { findCurrentCartId } from './current-cart.ts'
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

/** Does nothing when one of the carts has changed meanwhile. */
async function takeAlong(guest: StoredCart, customerId: string, context: OrdersContext): Promise<void> {
  const { sql, resources, clients } = context
  const currentId = await findCurrentCartId(customerId, sql)
  const own = currentId && (await findCart(currentId, sql))
  if (!own) {
    await adoptCart(guest, customerId, context)
    return
  }
  const skus = guest.body.lines.map((line) => line.sku)
  const available = await resources.stockHints.availableUnits(skus, clients.inventory)
  const body = mergeCarts(own.body, guest.body, available)
  if (!body) {
    return refuse(
      route,
      'cart-too-large',
      'Both carts together have more lines than one cart holds. Remove some first.',
    )
  }
  await storeMerged(own, guest, body, customerId, context)
}
