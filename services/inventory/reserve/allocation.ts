// Who gets what, and from where: pure. The stock is what the rows say that the caller has locked.
import type { Change } from '../stock/threshold-events.ts'
import type { Demand } from './reservation.ts'

/** What can be taken of a SKU at one location; those from which orders are taken first come first. */
export interface Shelf {
  sku: string
  location: string
  available: number
}
export interface Missing {
  sku: string
  requested: number
  available: number
}
export interface Line {
  sku: string
  location: string
  quantity: number
}
/** Either all lines of an order, or what is missing. */
export type Allotment = { lines: Line[]; changes: Change[]; missing?: undefined } | { missing: Missing[] }

/** Grants wishes in the order given, each wholly or not at all, and says what each did to what is left of a SKU. */
export function allot(wishes: readonly Demand[], shelves: readonly Shelf[]): Allotment[] {
  const bySku = Map.groupBy(
    shelves.map((shelf) => ({ ...shelf })),
    (shelf) => shelf.sku,
  )
  return wishes.map(({ skus, quantities }) => {
    const wanted = skus.map((sku, index) => {
      const there = bySku.get(sku) ?? []
      return { sku, requested: quantities[index] ?? 0, there, available: sumOf(there) }
    })
    const missing = wanted
      .filter((one) => one.requested > one.available)
      .map(({ sku, requested, available }) => ({ sku, requested, available }))
    if (missing.length > 0) return { missing }
    return {
      lines: wanted.flatMap(({ sku, requested, there }) => take(sku, requested, there)),
      changes: wanted.map(({ sku, requested, available }) => ({
        sku,
        before: available,
        after: available - requested,
      })),
    }
  })
}

/** From one location that has enough, else from several. */
function take(sku: string, quantity: number, shelves: Shelf[]): Line[] {
  const whole = shelves.find((shelf) => shelf.available >= quantity)
  const lines: Line[] = []
  let left = quantity
  for (const shelf of whole ? [whole] : shelves) {
    const taken = Math.min(shelf.available, left)
    if (taken <= 0) continue
    shelf.available -= taken
    left -= taken
    lines.push({ sku, location: shelf.location, quantity: taken })
  }
  return lines.sort((a, b) => (a.location < b.location ? -1 : 1))
}

function sumOf(shelves: readonly Shelf[]): number {
  return shelves.reduce((sum, shelf) => sum + shelf.available, 0)
}
