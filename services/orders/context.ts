// What the stories of this service are handed: its settings, the services it calls, and what it keeps in memory.
import { inventoryApi } from '@souk/contracts/inventory'
import { paymentsApi } from '@souk/contracts/payments'
import { type ContextFor, integer } from '@souk/service'
import type { makePricedCartCache } from './cart/priced-cart-cache.ts'
import type { StockHints } from './cart/stock-hints.ts'
import type { Order } from './order/order.ts'

export const settings = {
  checkoutMinutes: integer('how long a customer may take to confirm a payment', 15, { min: 1, max: 1440 }),
}
export const calls = { inventory: inventoryApi, payments: paymentsApi }

export interface Resources {
  stockHints: StockHints
  pricedCarts: ReturnType<typeof makePricedCartCache>
  /** Orders that this process is driving just now: whoever asks for one again waits for the same outcome. */
  driving: Map<string, Promise<Order>>
  /** Orders that this process has just placed: what payments tell of them later is known. */
  placed: Set<string>
}
export type OrdersContext = ContextFor<typeof settings, typeof calls, Resources>
