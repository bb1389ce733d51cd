// A cache of carts as this process has just stored and priced them, so that the checkout that mostly follows need not read them
// again. A cached cart may be out of date: the insert of the order compares its versions with the database.
import type { CartInput } from '@souk/contracts/orders'
import type { PricedCart } from './price-cart.ts'

/** The versions of the cart and of the price list that a price was worked out from. It holds while the database has the same. */
export interface PriceVersions {
  cartVersion: number
  pricesVersion: number
}
export interface PricedSnapshot extends PriceVersions {
  body: CartInput
  priced: PricedCart
}

const mostKept = 1_000
/** Far less than a cart lives: one that was deleted and stored again under its id counts its versions from 1 again. */
const keptMs = 3_600_000

export function makePricedCartCache(now: () => number = () => performance.now()) {
  /** Oldest first. */
  const byId = new Map<string, { cart: PricedSnapshot; until: number }>()
  return {
    keep(id: string, cart: PricedSnapshot): void {
      byId.delete(id)
      byId.set(id, { cart, until: now() + keptMs })
      if (byId.size > mostKept) byId.delete(byId.keys().next().value as string)
    },
    take(id: string): PricedSnapshot | undefined {
      const kept = byId.get(id)
      byId.delete(id)
      return kept && now() < kept.until ? kept.cart : undefined
    },
  }
}
