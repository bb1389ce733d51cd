// Reduced prices, by the rule of the EU's price indication directive: a reduction is told from the lowest price of the 30 days
// before it began. Pure decisions on a variant's prices, past and present.
import type { Reduction } from '@souk/contracts/product-parts'

interface Price {
  readonly amount: number
  readonly currency: string
}
export interface PastPrice extends Price {
  /** In lower case. */
  readonly sku: string
  readonly since: string
}
/** The reductions of a variant that run, by currency. */
export type Reductions = Readonly<Record<string, { readonly lowest: number; readonly began: string }>>
interface PricedVariant {
  readonly sku: string
  readonly prices: readonly Price[]
  readonly isReduced: boolean
}

export const reductionDays = 30
const dayMs = 24 * 60 * 60 * 1000

/**
 * The reductions of a variant after a change. One that runs goes on while the price does not rise; a new one begins when the price of a
 * variant that is marked falls below all prices of the 30 days before. `history`: the prices of the product until now.
 */
export function reductionsAfter(
  variant: PricedVariant,
  before: (PricedVariant & { readonly reductions: Reductions }) | undefined,
  history: readonly PastPrice[],
  now: Date,
): Reductions {
  if (!variant.isReduced) return {}
  const sku = variant.sku.toLowerCase()
  const running = variant.prices.flatMap(({ amount, currency }) => {
    const present = before?.prices.find((price) => price.currency === currency)
    const known = before?.reductions[currency]
    if (known && present && amount <= present.amount) return [[currency, known] as const]
    const lowest = lowestSince(
      history.filter((past) => past.sku === sku && past.currency === currency),
      now.getTime() - reductionDays * dayMs,
    )
    return lowest !== undefined && amount < lowest ? [[currency, { lowest, began: now.toISOString() }] as const] : []
  })
  return Object.fromEntries(running)
}

/** The lowest of one variant's prices that was in force after a moment; undefined when there was none. */
function lowestSince(history: readonly PastPrice[], sinceMs: number): number | undefined {
  const byTime = history.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since))
  const counted = byTime.filter((_, place) => {
    const next = byTime[place + 1]
    return next === undefined || Date.parse(next.since) > sinceMs
  })
  return counted.length === 0 ? undefined : Math.min(...counted.map((past) => past.amount))
}

/** What customers see of a reduction; undefined without one. */
export function reductionOf(price: Price | undefined, lowest: number | null | undefined): Reduction | undefined {
  if (price === undefined || lowest === null || lowest === undefined || price.amount >= lowest) return undefined
  const percent = Number((BigInt(lowest - price.amount) * 100n) / BigInt(lowest))
  return { lowest30Days: { amount: lowest, currency: price.currency }, percent }
}
