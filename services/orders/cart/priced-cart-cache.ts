// Carts as they were stored and priced in this process a moment ago. The checkout that mostly follows need not read them again:
// the insert of its order finds out whether they still hold.
import type { CartInput } from '@souk/contracts/orders'
import type { PricedCart } from './price-cart.ts'

/** By which versions a cart was priced: as long as the database has the same, its price holds. */
export interface PricedBy {
  cartVersion: number
  pricesVersion: number
}
export interface PricedNow extends PricedBy {
  body: CartInput
  priced: PricedCart
}

const mostKept = 1_000
/** Far less than a cart lives: one that was forgotten and came anew under its id counts its versions anew, too. */
const keptMs = 3_600_000

export function makePricedCarts(now: () => number = () => performance.now()) {
  /** Oldest first. */
  const byId = new Map<string, { cart: PricedNow; until: number }>()
  return {
    keep(id: string, cart: PricedNow): void {
      byId.delete(id)
      byId.set(id, { cart, until: now() + keptMs })
      if (byId.size > mostKept) byId.delete(byId.keys().next().value as string)
    },
    take(id: string): PricedNow | undefined {
      const kept = byId.get(id)
      byId.delete(id)
      return kept && now() < kept.until ? kept.cart : undefined
    },
  }
}
