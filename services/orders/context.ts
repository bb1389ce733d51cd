// What the stories of this service are handed: its settings, the services that it calls, and what it keeps in memory.
import { inventoryApi } from '@souk/contracts/inventory'
import { paymentsApi } from '@souk/contracts/payments'
import { type ContextFor, derivedSecrets, deriveSecret, integer, perMinute, type TokenBuckets } from '@souk/service'
import type { LRUCache } from 'lru-cache'
import type { PricedCartCache } from './cart/priced-cart-cache.ts'
import type { StockHints } from './cart/stock-hints.ts'
import type { Order } from './order/order.ts'

export const settings = {
  checkoutMinutes: integer('how long a customer may take to confirm a payment', 15, { min: 1, max: 1440 }),
  // It is the shared secret itself, so that the keys of older orders remain valid.
  accessKeySecret: derivedSecrets('what the keys that guests open their orders with are made from', (shared) => shared),
  holderSecret: derivedSecrets('what networks and mailboxes are hashed with before they are stored', (shared) =>
    deriveSecret('unpaid holds', shared),
  ),
  newCarts: perMinute('new carts a minute of one client address', 60),
  strangerHoldMinutes: integer(
    'how long stock is held meanwhile for somebody who is not signed in; afterwards it is reserved when the bank agrees',
    7,
    { min: 1, max: 1440 },
  ),
}
export const calls = { inventory: inventoryApi, payments: paymentsApi }

export interface Resources {
  stockHints: StockHints
  pricedCarts: PricedCartCache
  /** Who may store how many new carts, so that nobody fills the disk with carts. Changes of carts are not counted. */
  newCarts: TokenBuckets
  /** How far forgetCarts has come. */
  forgottenCarts: { until: Date | undefined }
  /** Checkouts that run in this process now, by the id of the order, with their outcome. */
  runningCheckouts: Map<string, Promise<Order>>
  /** Orders that this process has just brought to paid: it need not look them up when payments announces the money. */
  paidOrders: LRUCache<string, true>
}
export type OrdersContext = ContextFor<typeof settings, typeof calls, Resources>
