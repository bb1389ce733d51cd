// What a purchase costs, exact to the minor unit. Tax is rounded once per line and once for shipping, half up, and the sums
// are sums of these rounded figures; so what the lines show always adds up to the total. Shipping bears the tax of the
// country like a line: contained where prices contain tax, added where it is added.
import type { Totals } from '@souk/contracts/orders'
import { type TaxRule, taxOn } from './tax.ts'

export interface Sum {
  totals: Totals
  /** The tax of each line, in the order of the lines. */
  lineTaxes: number[]
}

export function sumUp(lineTotals: readonly number[], shippingAmount: number, currency: string, tax: TaxRule): Sum {
  const lineTaxes = lineTotals.map((amount) => taxOn(amount, tax))
  const subtotal = add(lineTotals)
  const taxAmount = add(lineTaxes) + taxOn(shippingAmount, tax)
  const discount = 0 // No codes are known yet.
  const total = subtotal - discount + shippingAmount + (tax.included ? 0 : taxAmount)
  const money = (amount: number) => ({ amount, currency })
  return {
    lineTaxes,
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

function add(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}
