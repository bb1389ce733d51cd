// Decides whether the stock of an unpaid order may stay reserved. Pure functions. Stock above a bound goes back and is reserved when
// the bank has agreed, so no customer who pays is refused because of a bound.
import type { Demand } from '../stock/demand.ts'

/** One of those who hold stock with an unpaid order: a network, a mailbox or a customer. */
export interface Holder {
  key: string
  /** Units, and value in minor units of one currency, that the holder may hold at once. */
  mostUnits: number
  mostValue: number
}
/** What a holder holds already, in units and in minor units of the order's currency. */
export interface Held {
  key: string
  units: number
  value: number
}
/** Units of a SKU, over all locations: those that can be bought, and those that other unpaid orders hold. */
export interface SharedStock {
  sku: string
  available: number
  held: number
}

export interface HoldWish extends Demand {
  holders: readonly Holder[]
  /** The order's total in minor units. */
  value: number
}

/**
 * `stock` is as it is while the order still has its units. Unpaid orders share `sharePercent` of each SKU among them, but at least
 * one unit, so that the last unit can be held for the first customer who wants it.
 */
export function mayHold(
  wish: HoldWish,
  held: readonly Held[],
  stock: readonly SharedStock[],
  sharePercent: number,
): boolean {
  const units = unitsOf(wish)
  const isWithinHolders = wish.holders.every(({ key, mostUnits, mostValue }) => {
    const already = held.find((one) => one.key === key)
    return (already?.units ?? 0) + units <= mostUnits && (already?.value ?? 0) + wish.value <= mostValue
  })
  return (
    isWithinHolders &&
    wish.skus.every((sku, index) => {
      const wanted = wish.quantities[index] ?? 0
      const { available = 0, held: others = 0 } = stock.find((one) => one.sku === sku) ?? {}
      const most = Math.max(1, Math.floor(((available + others + wanted) * sharePercent) / 100))
      return others + wanted <= most
    })
  )
}

export function unitsOf({ quantities }: Demand): number {
  return quantities.reduce((sum, quantity) => sum + quantity, 0)
}
