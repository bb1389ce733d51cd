// Decides which location gives how many units to an order: pure. The stock is that of rows which the caller has locked.
import type { Demand } from '../stock/demand.ts'
import type { AvailabilityChange } from '../stock/threshold-events.ts'

/** What is available of a SKU at one location. Lists of these are in the order in which locations are used. */
export interface AvailableStock {
  sku: string
  location: string
  available: number
}
export interface MissingStock {
  sku: string
  requested: number
  available: number
}
export interface AllocatedLine {
  sku: string
  location: string
  quantity: number
}
/** Either all lines of an order and what they changed, or what is missing. */
export type Allocation =
  | { lines: AllocatedLine[]; changes: AvailabilityChange[]; missing?: undefined }
  | { missing: MissingStock[] }

/** Serves demands in the order given, each wholly or not at all. An earlier demand leaves less for the later ones. */
export function allocate(demands: readonly Demand[], stock: readonly AvailableStock[]): Allocation[] {
  const stockOf = Map.groupBy(
    stock.map((row) => ({ ...row })),
    (row) => row.sku,
  )
  return demands.map(({ skus, quantities }) => {
    const wanted = skus.map((sku, index) => {
      const locations = stockOf.get(sku) ?? []
      return { sku, requested: quantities[index] ?? 0, locations, available: sumOf(locations) }
    })
    const missing = wanted
      .filter((one) => one.requested > one.available)
      .map(({ sku, requested, available }) => ({ sku, requested, available }))
    if (missing.length > 0) return { missing }
    return {
      lines: wanted.flatMap(({ sku, requested, locations }) => takeFrom(locations, sku, requested)),
      changes: wanted.map(({ sku, requested, available }) => ({
        sku,
        before: available,
        after: available - requested,
      })),
    }
  })
}

/** Takes units from the first location that has all of them, else from several locations in their order. */
function takeFrom(locations: AvailableStock[], sku: string, quantity: number): AllocatedLine[] {
  const sufficient = locations.find((location) => location.available >= quantity)
  const lines: AllocatedLine[] = []
  let left = quantity
  for (const location of sufficient ? [sufficient] : locations) {
    const taken = Math.min(location.available, left)
    if (taken <= 0) continue
    location.available -= taken
    left -= taken
    lines.push({ sku, location: location.location, quantity: taken })
  }
  return lines.sort((a, b) => (a.location < b.location ? -1 : 1))
}

function sumOf(locations: readonly AvailableStock[]): number {
  return locations.reduce((sum, location) => sum + location.available, 0)
}
