// Decides whether a change of what is available makes a SKU low, sold out or back in stock. The statement that changed it read
// `before` under its lock, so exactly one transaction sees each crossing of a threshold and sends its message.
import type { Message } from '@souk/contracts'
import { BackInStock, SoldOut, StockLow } from '@souk/contracts/inventory'

/** What is available of a SKU over all locations, before and after a change. */
export interface AvailabilityChange {
  sku: string
  before: number
  after: number
}

/** The messages of several changes. Equal rows of one SKU describe the same change and count once. */
export function thresholdEvents(changes: readonly AvailabilityChange[], lowStock: number): Message[] {
  const distinct = new Map(changes.map((change) => [`${change.sku} ${change.before} ${change.after}`, change]))
  return [...distinct.values()].flatMap((change) => thresholdEvent(change, lowStock) ?? [])
}

function thresholdEvent({ sku, before, after }: AvailabilityChange, lowStock: number): Message | undefined {
  if (before <= 0) return after > 0 ? BackInStock({ sku, available: after }) : undefined
  if (after <= 0) return SoldOut({ sku })
  if (before > lowStock && after <= lowStock) return StockLow({ sku, available: after })
  return undefined
}
