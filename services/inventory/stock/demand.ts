// How many units of each SKU an order asks for.
import type { StockLine } from '@souk/contracts/inventory'

/** Two lists of one length, as the database takes them: the quantity of a SKU stands at the SKU's place. */
export interface Demand {
  skus: string[]
  quantities: number[]
}

/**
 * Adds up the lines of each SKU, because two lines checked one by one could both be granted the same stock. The SKUs are sorted,
 * as in the order in which stock is locked.
 */
export function demandOf(lines: readonly StockLine[]): Demand {
  const quantityOf = new Map<string, number>()
  for (const { sku, quantity } of lines) quantityOf.set(sku, (quantityOf.get(sku) ?? 0) + quantity)
  const skus = [...quantityOf.keys()].sort()
  return { skus, quantities: skus.map((sku) => quantityOf.get(sku) ?? 0) }
}
