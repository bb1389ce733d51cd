// A cart as the API shows it, with its ETag.
import type { Cart, ordersApi } from '@souk/contracts/orders'
import { isUnchanged, type Reply, type Request, reply, versionEtag } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { orderIdFor, statusOf } from './cart-access.ts'
import type { StoredCart } from './carts-table.ts'
import { withFormerPrice } from './former-prices.ts'
import type { PricedCart } from './price-cart.ts'
import { deliveryOf } from './shipping.ts'
import { homeCountry } from './tax.ts'

type Routes = (typeof ordersApi.routes)['putCart' | 'readCart' | 'readMyCart' | 'claimCart']
type Asking = Pick<Request, 'headers' | 'caller'>

/** The answer with a cart. A read whose client has the same already is answered 304, without a body. */
export async function cartReply(
  route: Routes,
  stored: Omit<StoredCart, 'prices'>,
  priced: PricedCart,
  asking: Asking,
  context: OrdersContext,
): Promise<Reply<Cart>> {
  const view = await cartView(stored, priced, asking, context)
  const etag = versionEtag(view)
  const isRead = route.method === 'GET'
  return reply(isRead && isUnchanged(route, asking.headers, etag) ? 304 : 200, view, { etag })
}

async function cartView(
  { id, version, order, body, updatedAt, formerPrices }: Omit<StoredCart, 'prices'>,
  priced: PricedCart,
  asking: Asking,
  context: OrdersContext,
): Promise<Cart> {
  const status = statusOf(order)
  const { shippingMethods, shippingMethod } = priced
  const country = body.shippingAddress?.country ?? homeCountry
  const at = context.now()
  const stockProblems =
    status === 'open' ? await context.resources.stockHints.problemsOf(priced.lines, context.clients.inventory) : []
  return {
    id,
    version,
    status,
    orderId: orderIdFor(order, asking, context.settings.accessKeySecret),
    email: body.email,
    currency: priced.currency,
    language: body.language,
    lines: [...priced.lines.map((line) => withFormerPrice(line, formerPrices)), ...priced.unsellable],
    shippingAddress: body.shippingAddress,
    billingAddress: body.billingAddress,
    shippingMethod: shippingMethod?.id,
    shippingMethods: shippingMethods.map((one) => ({ ...one, delivery: deliveryOf(one.id, country, at) })),
    codes: body.codes ?? [],
    freeShippingFrom: (shippingMethod ?? shippingMethods[0])?.freeFrom,
    totals: priced.totals,
    problems: [...priced.problems, ...stockProblems],
    updatedAt,
  }
}
