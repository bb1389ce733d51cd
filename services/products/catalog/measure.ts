// Measures and unit prices: what 1 kg, 1 l, 1 m or 1 m² of a variant costs, in exact integers.
import type { Money } from '@souk/contracts/basics'
import type { Measure, UnitPrice } from '@souk/contracts/product-parts'

/** What prices are told per, and how many of the unit make one of it. */
const units: Record<Measure['unit'], { per: UnitPrice['per']; count: bigint }> = {
  mg: { per: 'kg', count: 1_000_000n },
  g: { per: 'kg', count: 1_000n },
  kg: { per: 'kg', count: 1n },
  ml: { per: 'l', count: 1_000n },
  cl: { per: 'l', count: 100n },
  l: { per: 'l', count: 1n },
  mm: { per: 'm', count: 1_000n },
  cm: { per: 'm', count: 100n },
  m: { per: 'm', count: 1n },
  cm2: { per: 'm2', count: 10_000n },
  m2: { per: 'm2', count: 1n },
}

/** Measures have three decimal places at most, so their thousandths are whole. */
const decimals = 1_000

export function hasTooManyDecimals({ quantity }: Measure): boolean {
  return Math.round(quantity * decimals) / decimals !== quantity
}

/** The price per 1 kg, l, m or m², rounded half up. 80 g at 7.60 € are 95.00 €/kg. */
export function unitPriceOf(price: Money, { quantity, unit }: Measure): UnitPrice {
  const { per, count } = units[unit]
  const thousandths = BigInt(Math.round(quantity * decimals))
  const amount = BigInt(price.amount) * count * BigInt(decimals)
  return { price: { amount: Number((2n * amount + thousandths) / (2n * thousandths)), currency: price.currency }, per }
}

const signs: Partial<Record<Measure['unit'], string>> = { cm2: 'cm²', m2: 'm²' }

/** "80 g"; in German "0,8 l". */
export function measureText({ quantity, unit }: Measure, language: string): string {
  return `${numbersIn(language).format(quantity)} ${signs[unit] ?? unit}`
}

/** One for each language that texts of the shop are in. */
const formats = new Map<string, Intl.NumberFormat>()
function numbersIn(language: string): Intl.NumberFormat {
  const known = formats.get(language) ?? new Intl.NumberFormat(language, { maximumFractionDigits: 3 })
  formats.set(language, known)
  return known
}
