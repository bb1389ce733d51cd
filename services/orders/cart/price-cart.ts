// Prices the lines of a cart from the price list, for the customer's country. A pure function; totals.ts sums the lines.
import type { Money } from '@souk/contracts'
import type { Cart, CartInput, Totals } from '@souk/contracts/orders'
import type { PricedSku } from './price-list.ts'
import { type ChosenMethod, canShipTo, shippingMethodsFor } from './shipping.ts'
import { homeCountry, taxIn } from './tax.ts'
import { type LineToSum, type Sum, sumUp } from './totals.ts'

export type CartProblem = Cart['problems'][number]
export interface PricedLine {
  sku: string
  title: string
  quantity: number
  unitPrice: Money
  /** What is taken off the whole line. No code gives a discount yet, so it is 0. */
  discount: Money
  /** Unit price times quantity, less the discount. */
  lineTotal: Money
  /** On the line's total: contained in it, or added to it. */
  tax: Money
  /** Percent. */
  taxRate: number
  image?: string
  slug?: string
}
export interface PricedCart {
  currency: string
  /** Lines that can be sold. Only they count in the totals. */
  lines: PricedLine[]
  /** Lines that cannot be sold. They have no price; the customer sees and removes them. */
  unsellable: PricedLine[]
  totals: Totals
  shippingMethods: ChosenMethod[]
  shippingMethod?: ChosenMethod
  problems: CartProblem[]
}

const defaultCurrency = 'EUR'

/** Makes lines with the same SKU one line, in the place of the first. */
export function mergeLines<L extends { sku: string; quantity: number }>(lines: readonly L[]): L[] {
  const merged = new Map<string, L>()
  for (const line of lines) {
    const first = merged.get(line.sku)
    merged.set(line.sku, first ? { ...first, quantity: first.quantity + line.quantity } : line)
  }
  return [...merged.values()]
}

/** Prices a cart. Returns what is wrong with it as problems, and refuses nothing. */
export function priceCart(input: CartInput, priceList: readonly PricedSku[]): PricedCart {
  const prices = new Map(priceList.map((one) => [one.sku, one]))
  const currency = input.currency ?? defaultCurrency
  const country = input.shippingAddress?.country ?? homeCountry
  const tax = taxIn(country)
  const problems: CartProblem[] = []
  const sellable: (LineToSum & { found: PricedSku; quantity: number; unitAmount: number })[] = []
  const unsellable: PricedLine[] = []

  for (const { sku, quantity } of mergeLines(input.lines)) {
    const found = prices.get(sku)
    const price = found?.prices.find((one) => one.currency === currency)
    if (found?.status === 'published' && price) {
      sellable.push({
        found,
        quantity,
        unitAmount: price.amount,
        fullAmount: price.amount * quantity,
        discount: 0,
      })
      continue
    }
    unsellable.push(
      lineOf(sku, found, quantity, { unitAmount: 0, discount: 0, lineTotal: 0, tax: 0, taxRate: 0 }, currency),
    )
    problems.push(
      found?.status === 'published'
        ? { code: 'currency-unavailable', sku, message: `${titleOf(found)} has no price in ${currency}.` }
        : { code: 'not-for-sale', sku, message: `${found ? titleOf(found) : sku} is not for sale.` },
    )
  }

  const weightGrams = sellable.reduce((sum, line) => sum + line.found.weightGrams * line.quantity, 0)
  const shippingMethods = shippingMethodsFor(country, currency, weightGrams)
  const shippingMethod = shippingMethods.find((method) => method.id === input.shippingMethod)
  if (!canShipTo(country)) {
    problems.push({ code: 'cannot-ship-there', message: `We do not ship to ${country} yet.` })
  } else if (shippingMethods.length === 0) {
    problems.push({ code: 'currency-unavailable', message: `We cannot charge shipping in ${currency}.` })
  }
  for (const code of input.codes ?? []) {
    problems.push({ code: 'code-unknown', message: `The code ${code} is not valid.` })
  }

  const sum = sumUp(sellable, shippingMethod?.price.amount ?? 0, currency, tax)
  const taxRate = tax.basisPoints / 100
  const lines = sellable.map(({ found, quantity, unitAmount, discount }, index) => {
    const amounts = sum.lines[index] as Sum['lines'][number] // There is one for each line.
    return lineOf(found.sku, found, quantity, { unitAmount, discount, taxRate, ...amounts }, currency)
  })
  return { currency, lines, unsellable, totals: sum.totals, shippingMethods, shippingMethod, problems }
}

function lineOf(
  sku: string,
  found: PricedSku | undefined,
  quantity: number,
  amounts: { unitAmount: number; discount: number; lineTotal: number; tax: number; taxRate: number },
  currency: string,
): PricedLine {
  const money = (amount: number) => ({ amount, currency })
  return {
    sku,
    title: found ? titleOf(found) : sku,
    quantity,
    unitPrice: money(amounts.unitAmount),
    discount: money(amounts.discount),
    lineTotal: money(amounts.lineTotal),
    tax: money(amounts.tax),
    taxRate: amounts.taxRate,
    image: found?.image ?? undefined,
    slug: found?.slug,
  }
}

function titleOf({ title, variantTitle }: PricedSku): string {
  return variantTitle ? `${title}, ${variantTitle}` : title
}
