// The shop as pages see it: typed clients of the public API, made for one request.
import { type ClientOf, makeClient } from '@souk/contracts/client'
import { gatewayApi } from '@souk/contracts/gateway'
import { inventoryApi } from '@souk/contracts/inventory'
import { notificationsApi } from '@souk/contracts/notifications'
import { ordersApi } from '@souk/contracts/orders'
import { paymentsApi } from '@souk/contracts/payments'
import { productsApi } from '@souk/contracts/products'
import { usersApi } from '@souk/contracts/users'
import { apiSender } from './call-api.ts'
import type { Visit } from './visit.ts'

const apis = {
  pages: gatewayApi,
  products: productsApi,
  inventory: inventoryApi,
  orders: ordersApi,
  payments: paymentsApi,
  users: usersApi,
  notifications: notificationsApi,
}
export type Shop = { readonly [K in keyof typeof apis]: ClientOf<(typeof apis)[K]> }
/** What a route of an API replies. */
export type ShopReply<A extends keyof Shop, R extends keyof Shop[A]> = Shop[A][R] extends (
  ...input: never[]
) => Promise<infer Reply>
  ? Reply
  : never

/** The clients of one request. Each is made when it is first used. `setCookie`: what the API sets goes on to the browser. */
export function shopFor(request: Request, visit: Visit, setCookie: (cookie: string) => void): Shop {
  const send = apiSender(request, visit, setCookie)
  const shop = {}
  for (const [name, api] of Object.entries(apis))
    Object.defineProperty(shop, name, { get: () => makeClient(api as never, send) })
  return shop as Shop // It has a getter for each name.
}
