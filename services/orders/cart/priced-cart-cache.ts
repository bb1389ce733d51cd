// A cache of carts as this process has just stored and priced them, so that the checkout that mostly follows need not read
// them again. A cached cart may be out of date: the insert of the order compares its versions with the database.
import type { CartInput } from '@souk/contracts/orders'
import { LRUCache } from 'lru-cache'
import type { PricedCart } from './price-cart.ts'

/**
 * The versions of the cart and of the prices of its goods (`versionOfPrices`) that a total was calculated from. It holds while
 * the database has the same.
 */
export interface PriceVersions {
  cartVersion: number
  pricesVersion: number
}
export interface PricedSnapshot extends PriceVersions {
  body: CartInput
  priced: PricedCart
  /** The owner; null for the cart of a guest. */
  customerId: string | null
}

export interface PricedCartCache {
  keep(id: string, cart: PricedSnapshot): void
  /** Removes the cart from the cache and returns it. */
  take(id: string): PricedSnapshot | undefined
}

const mostCarts = 1_000
/** Far less than a cart lives: one that was deleted and stored again under its id counts its versions from 1 again. */
const keptMs = 3_600_000

/** `now` is a clock in milliseconds. */
export function makePricedCartCache(now: () => number = () => performance.now()): PricedCartCache {
  const carts = new LRUCache<string, PricedSnapshot>({ max: mostCarts, ttl: keptMs, ttlResolution: 0, perf: { now } })
  return {
    keep: (id, cart) => void carts.set(id, cart),
    take(id) {
      const cart = carts.get(id)
      carts.delete(id)
      return cart
    },
  }
}
