// Turns a shopkeeper's price table into options and variants: one row per article, read left to right.
import type { SeedVariant } from './seed-product.ts'

/** SKU ending, value of each option, price in euro cents, weight in grams, pieces in Berlin, pieces in Leipzig. */
export type Row = [ending: string, values: string[], euroCents: number, grams: number, main: number, east: number]

export function priceTable(sku: string, optionNames: string[], rows: Row[]) {
  const options = optionNames.map((name, i) => ({ name, values: [...new Set(rows.map(([, values]) => values[i]!))] }))
  const variants = rows.map(
    ([ending, values, euroCents, weightGrams, main, east]): SeedVariant => ({
      sku: ending ? `${sku}-${ending}` : sku,
      options: Object.fromEntries(optionNames.map((name, i) => [name, values[i]!])),
      prices: prices(euroCents),
      weightGrams,
      stock: { main, east },
    }),
  )
  return { options, variants }
}

/** Dollars are the euro price and a tenth, rounded up to half a dollar. */
export function prices(euroCents: number): SeedVariant['prices'] {
  return [
    { amount: euroCents, currency: 'EUR' },
    { amount: Math.ceil((euroCents * 1.1) / 50) * 50, currency: 'USD' },
  ]
}
