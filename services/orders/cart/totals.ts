// Sums given amounts and computes the tax on them, exact to the minor unit. Tax is rounded once per line and once for
// shipping, half up, and the sums are sums of these rounded amounts, so the lines always add up to the total. Shipping is taxed
// like a line: the tax is contained where prices contain tax, and added where it is added.
import type { Totals } from '@souk/contracts/orders'
import { type TaxRule, taxOn } from './tax.ts'

export interface LineToSum {
  /** Unit price times quantity, in minor units. */
  fullAmount: number
  /** What is taken off, from 0 to `fullAmount`. */
  discount: number
}
export interface Sum {
  totals: Totals
  /** In the order of the lines: what each costs after its discount, and the tax on that. */
  lines: { lineTotal: number; tax: number }[]
}

export function sumUp(lines: readonly LineToSum[], shippingAmount: number, currency: string, tax: TaxRule): Sum {
  const summed = lines.map(({ fullAmount, discount }) => {
    const lineTotal = fullAmount - discount
    return { lineTotal, tax: taxOn(lineTotal, tax) }
  })
  const subtotal = add(lines.map((line) => line.fullAmount))
  const discount = add(lines.map((line) => line.discount))
  const taxAmount = add(summed.map((line) => line.tax)) + taxOn(shippingAmount, tax)
  const total = subtotal - discount + shippingAmount + (tax.included ? 0 : taxAmount)
  const money = (amount: number) => ({ amount, currency })
  return {
    lines: summed,
    totals: {
      subtotal: money(subtotal),
      discount: money(discount),
      shipping: money(shippingAmount),
      tax: money(taxAmount),
      total: money(total),
      taxIncluded: tax.included,
    },
  }
}

/**
 * The totals with their tax by rate. All goods of a country have one rate, and so has shipping; where it is zero, there is nothing
 * to explain.
 */
export function explained(totals: Totals, lines: readonly { taxRate: number }[]): Totals {
  const rate = lines[0]?.taxRate ?? 0
  return { ...totals, taxes: rate > 0 ? [{ rate, tax: totals.tax }] : [] }
}

function add(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}
