// Prices the lines of a cart from the price list, for the customer's country. A pure function; totals.ts sums the lines.
import { largestTotal, type Money } from '@souk/contracts'
import type { Cart, CartInput, Totals } from '@souk/contracts/orders'
import type { PricedSku } from './price-list.ts'
import { type ChosenMethod, canShipTo, shippingMethodsFor } from './shipping.ts'
import { homeCountry, taxIn } from './tax.ts'
import { explained, type LineToSum, type Sum, sumUp } from './totals.ts'

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
  /** There is no right of withdrawal for it, as the catalog said when it was put into the cart. */
  withdrawal?: 'excluded'
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
/** What the goods of one order may cost; half of what a total may be, so that there is room for tax and shipping. */
const mostForGoods = largestTotal / 2

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
  let goods = 0

  for (const { sku, quantity } of mergeLines(input.lines)) {
    const found = prices.get(sku)
    const price = found?.prices.find((one) => one.currency === currency)
    const isForSale = found?.status === 'published'
    const fits = goods + (price?.amount ?? 0) * quantity <= mostForGoods
    if (isForSale && price && fits) {
      goods += price.amount * quantity
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
    const title = found ? titleOf(found) : sku
    if (!isForSale) problems.push({ code: 'not-for-sale', sku, message: `${title} is not for sale.` })
    else if (!price)
      problems.push({ code: 'currency-unavailable', sku, message: `${title} has no price in ${currency}.` })
    else {
      const message = `${quantity} of ${title} cost more than one order may. Take fewer, or split the order.`
      problems.push({ code: 'order-too-large', sku, message })
    }
  }

  const weightGrams = sellable.reduce((sum, line) => sum + line.found.weightGrams * line.quantity, 0)
  const shippingMethods = shippingMethodsFor(country, currency, weightGrams, goods)
  const shippingMethod = shippingMethods.find((method) => method.id === input.shippingMethod)
  if (!canShipTo(country)) {
    problems.push({ code: 'cannot-ship-there', message: `We do not ship to ${country} yet.` })
  } else if (shippingMethods.length === 0) {
    problems.push({ code: 'currency-unavailable', message: `We cannot charge shipping in ${currency}.` })
  }
  for (const code of input.codes ?? []) {
    problems.push({ code: 'code-unknown', message: `The code ${code} is not valid.` })
  }

  const shippingAmount = sellable.length > 0 ? (shippingMethod?.price.amount ?? 0) : 0
  const sum = sumUp(sellable, shippingAmount, currency, tax)
  const taxRate = tax.basisPoints / 100
  const lines = sellable.map(({ found, quantity, unitAmount, discount }, index) => {
    const amounts = sum.lines[index] as Sum['lines'][number] // There is one for each line.
    return lineOf(found.sku, found, quantity, { unitAmount, discount, taxRate, ...amounts }, currency)
  })
  const totals = explained(sum.totals, lines)
  return { currency, lines, unsellable, totals, shippingMethods, shippingMethod, problems }
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
    withdrawal: found?.withdrawal ?? undefined,
  }
}

function titleOf({ title, variantTitle }: PricedSku): string {
  return variantTitle ? `${title}, ${variantTitle}` : title
}
