// PUT and GET /v1/carts/:id. The client sends the whole cart; the server stores it and says what it costs.
// The client chooses the id, which nobody can guess; everybody who knows it may read and change the cart.
import { type Cart, ordersApi } from '@souk/contracts/orders'
import type { Sql } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { findCart, findCartState, type StoredCart, storeCart } from './carts-table.ts'
import { mergeLines, type PricedCart, priceCart } from './price-cart.ts'
import { versionOfPrices } from './price-list.ts'

const { routes } = ordersApi
const mostUnits = 999

export const putCart = handle(routes.putCart, async ({ params, body, headers, caller }, context: OrdersContext) => {
  const tooMany = mergeLines(body.lines).find((line) => line.quantity > mostUnits)
  if (tooMany) {
    refuse(routes.putCart, 'invalid-request', `At most ${mostUnits} units of ${tooMany.sku} fit into one cart.`)
  }
  const id = params.id.toLowerCase()
  const expectedVersion = versionIn(headers['if-match'])
  context.resources.stockHints.prepare(
    body.lines.map(({ sku }) => sku),
    context.clients.inventory,
  )
  const cart = await storeCart({ id, customerId: caller.userId, body, expectedVersion }, context)
  if (!cart) return refuseToStore(id, context.sql)

  const priced = priceCart(body, cart.prices)
  const pricesVersion = versionOfPrices(cart.prices)
  context.resources.pricedCarts.keep(id, { body, priced, cartVersion: cart.version, pricesVersion })
  return cartView({ ...cart, body }, priced, context)
})

export const readCart = handle(routes.readCart, async ({ params }, context: OrdersContext) => {
  const cart = await findCart(params.id, context.sql)
  if (!cart) return refuse(routes.readCart, 'not-found', 'There is no such cart.')
  return cartView(cart, priceCart(cart.body, cart.prices), context)
})

async function refuseToStore(id: string, sql: Sql): Promise<never> {
  const cart = await findCartState(id, sql)
  if (cart?.isOrdered) {
    refuse(routes.putCart, 'cart-ordered', 'This cart has been ordered. Start a new one.')
  }
  refuse(routes.putCart, 'version-conflict', 'The cart was changed in another tab. Read it again.', {
    version: cart?.version,
  })
}

async function cartView(
  { id, version, status, body, updatedAt }: Omit<StoredCart, 'prices'>,
  priced: PricedCart,
  context: OrdersContext,
): Promise<Cart> {
  const stockProblems =
    status === 'open' ? await context.resources.stockHints.problemsOf(priced.lines, context.clients.inventory) : []
  return {
    id,
    version,
    status,
    email: body.email,
    currency: priced.currency,
    lines: [...priced.lines, ...priced.unsellable],
    shippingAddress: body.shippingAddress,
    billingAddress: body.billingAddress,
    shippingMethod: priced.shippingMethod?.id,
    shippingMethods: priced.shippingMethods,
    codes: body.codes ?? [],
    totals: priced.totals,
    problems: [...priced.problems, ...stockProblems],
    updatedAt,
  }
}

/** The version in an If-Match header, as 3 or "3"; `*` and no header mean any. */
function versionIn(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined
  const version = Number(/^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1])
  return Number.isNaN(version)
    ? refuse(routes.putCart, 'invalid-request', 'If-Match is not the version of a cart.')
    : version
}
