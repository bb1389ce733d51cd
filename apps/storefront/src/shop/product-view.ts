// A product as its page shows it: what is chosen by the address, what can be had of each option, and when and for how much it arrives.
import type { Product } from '@souk/contracts/products'
import { shopConfig } from '../../shop.config.ts'
import type { Shop, ShopReply } from './shop.ts'

type Page = ShopReply<'pages', 'productPage'>
export type Variant = Product['variants'][number]
export type Stock = NonNullable<Page['availability']>[number]
export type Availability = ReadonlyMap<string, Stock>
export type Delivery = ShopReply<'orders', 'shippingMethods'>['items'][number]

export interface OptionValue {
  readonly value: string
  readonly isChosen: boolean
  /** Of what goes with the other options that are chosen: none is made, all are sold out, or some can be had. */
  readonly state: 'none' | 'sold-out' | 'there'
  /** Where this option alone decides the variant. */
  readonly variant: Variant | undefined
}
export interface OptionGroup {
  readonly name: string
  readonly values: readonly OptionValue[]
}
export type Chosen = Readonly<Record<string, string>>

export function isSoldOut(availability: Availability, { sku }: Variant): boolean {
  return availability.get(sku)?.status === 'out-of-stock'
}

/** The variant that the address names, or the only one. */
export function chosenVariant({ variants }: Product, sku: string | null): Variant | undefined {
  return variants.length === 1 ? variants[0] : variants.find((one) => one.sku === sku)
}

/** The variant with these options; undefined when one is missing or nobody makes it so. */
export function variantWith({ variants, options }: Product, chosen: Chosen): Variant | undefined {
  return variants.find((one) => options.every(({ name }) => one.options[name] === chosen[name]))
}

/** The options with what can be had of each value, given the values that are chosen of the others. */
export function optionGroups(
  { options, variants }: Product,
  availability: Availability,
  chosen: Chosen,
): OptionGroup[] {
  return options.map(({ name, values }) => ({
    name,
    values: values.map((value) => {
      const fits = variants.filter((one) =>
        Object.entries({ ...chosen, [name]: value }).every(([option, wanted]) => one.options[option] === wanted),
      )
      const state =
        fits.length === 0 ? 'none' : fits.every((one) => isSoldOut(availability, one)) ? 'sold-out' : 'there'
      return { value, isChosen: chosen[name] === value, state, variant: options.length === 1 ? fits[0] : undefined }
    }),
  }))
}

/** The price that is shown: of the chosen variant, or the lowest, which is "from" when they differ. */
export function shownPrice({ variants }: Product, chosen: Variant | undefined) {
  const priced = variants.flatMap((one) => (one.price ? [{ ...one, price: one.price }] : []))
  const lowest = priced.toSorted((a, b) => a.price.amount - b.price.amount)[0]
  const shown = chosen ?? lowest
  if (!shown?.price) return undefined
  const { price, unitPrice, reduction } = shown
  const isFrom = !chosen && priced.some((one) => one.price.amount !== price.amount)
  return { price, isFrom, unitPrice, reduction }
}

/** The country that the visitor chose, when we show times and prices for it; that of the shop otherwise. */
export function countryOf(asked: string | null): string {
  return asked && shopConfig.countries.includes(asked) ? asked : shopConfig.country
}

/** The cheapest way to a country: undefined when there is none, or when nobody answers. */
export async function deliveryTo(shop: Shop, country: string, weightGrams: number): Promise<Delivery | undefined> {
  try {
    const query = { country, currency: shopConfig.currency, weightGrams }
    return (await shop.orders.shippingMethods({ query })).items[0]
  } catch {
    return undefined // The page then links to the costs, and sells as before.
  }
}
