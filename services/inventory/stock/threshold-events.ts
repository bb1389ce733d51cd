// When a SKU becomes low, sold out, or can be bought again. The statement that changed it read `before` under its lock, so
// each crossing is seen by exactly one transaction, and told in it.
import type { Message } from '@souk/contracts'
import { BackInStock, SoldOut, StockLow } from '@souk/contracts/inventory'

/** What can be bought of a SKU over all locations, before and after a change. */
export interface Change {
  sku: string
  before: number
  after: number
}

export function crossingOf({ sku, before, after }: Change, lowStock: number): Message | undefined {
  if (before <= 0) return after > 0 ? BackInStock({ sku, available: after }) : undefined
  if (after <= 0) return SoldOut({ sku })
  if (before > lowStock && after <= lowStock) return StockLow({ sku, available: after })
  return undefined
}

/** The messages of several changes; rows of one SKU that tell of the same change count once. */
export function crossingsOf(changes: readonly Change[], lowStock: number): Message[] {
  const distinct = new Map(changes.map((change) => [`${change.sku} ${change.before} ${change.after}`, change]))
  return [...distinct.values()].map((change) => crossingOf(change, lowStock)).filter((message) => message !== undefined)
}
