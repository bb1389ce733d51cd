// What a cart costs now: a pure function of what the client put into it, our price list and the customer's country.
import type { Cart, CartInput, Totals } from '@souk/contracts/orders'
import type { PricedSku } from './price-list.ts'
import { type ChosenMethod, canShipTo, shippingMethodsFor } from './shipping.ts'
import { homeCountry, taxIn } from './tax.ts'
import { sumUp } from './totals.ts'

export type CartProblem = Cart['problems'][number]
export interface PricedLine {
  sku: string
  title: string
  quantity: number
  unitPrice: { amount: number; currency: string }
  lineTotal: { amount: number; currency: string }
  tax: { amount: number; currency: string }
  /** Percent. */
  taxRate: number
  image?: string
  slug?: string
}
export interface PricedCart {
  currency: string
  /** Those that can be sold; only they count in the totals. */
  lines: PricedLine[]
  /** Those that cannot: shown at no price, so that the customer can see and remove them. */
  unsellable: PricedLine[]
  totals: Totals
  shippingMethods: ChosenMethod[]
  shippingMethod?: ChosenMethod
  problems: CartProblem[]
}

const defaultCurrency = 'EUR'

/** Lines with the same SKU as one line, where the first of them was: demand is one number per SKU. */
export function mergeLines<L extends { sku: string; quantity: number }>(lines: readonly L[]): L[] {
  const merged = new Map<string, L>()
  for (const line of lines) {
    const first = merged.get(line.sku)
    merged.set(line.sku, first ? { ...first, quantity: first.quantity + line.quantity } : line)
  }
  return [...merged.values()]
}

export function priceCart(input: CartInput, priceList: readonly PricedSku[]): PricedCart {
  const prices = new Map(priceList.map((one) => [one.sku, one]))
  const currency = input.currency ?? defaultCurrency
  const country = input.shippingAddress?.country ?? homeCountry
  const tax = taxIn(country)
  const problems: CartProblem[] = []
  const sellable: { sku: PricedSku; quantity: number; amount: number }[] = []
  const unsellable: PricedLine[] = []

  for (const { sku, quantity } of mergeLines(input.lines)) {
    const found = prices.get(sku)
    const price = found?.prices.find((one) => one.currency === currency)
    if (found?.status === 'published' && price) {
      sellable.push({ sku: found, quantity, amount: price.amount })
      continue
    }
    unsellable.push(lineOf(sku, found, quantity, 0, 0, 0, currency))
    problems.push(
      found?.status === 'published'
        ? { code: 'currency-unavailable', sku, message: `${titleOf(found)} has no price in ${currency}.` }
        : { code: 'not-for-sale', sku, message: `${found ? titleOf(found) : sku} is not for sale.` },
    )
  }

  const weightGrams = sellable.reduce((sum, line) => sum + line.sku.weightGrams * line.quantity, 0)
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

  const lineTotals = sellable.map((line) => line.amount * line.quantity)
  const { totals, lineTaxes } = sumUp(lineTotals, shippingMethod?.price.amount ?? 0, currency, tax)
  const lines = sellable.map(({ sku, quantity, amount }, index) =>
    lineOf(sku.sku, sku, quantity, amount, lineTaxes[index] ?? 0, tax.basisPoints, currency),
  )
  return { currency, lines, unsellable, totals, shippingMethods, shippingMethod, problems }
}

function lineOf(
  sku: string,
  found: PricedSku | undefined,
  quantity: number,
  amount: number,
  tax: number,
  basisPoints: number,
  currency: string,
): PricedLine {
  return {
    sku,
    title: found ? titleOf(found) : sku,
    quantity,
    unitPrice: { amount, currency },
    lineTotal: { amount: amount * quantity, currency },
    tax: { amount: tax, currency },
    taxRate: basisPoints / 100,
    image: found?.image ?? undefined,
    slug: found?.slug,
  }
}

function titleOf({ title, variantTitle }: PricedSku): string {
  return variantTitle ? `${title}, ${variantTitle}` : title
}
