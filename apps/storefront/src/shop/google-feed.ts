// The goods in Google's product data format (RSS 2.0): one item for each variant that is sold in the shop's currency.
import type { Language } from '@souk/contracts/storefront'
import { shopConfig } from '../../shop.config.ts'
import { linksIn } from './links.ts'
import type { Shop } from './shop.ts'
import { element } from './xml.ts'

export type Product = Awaited<ReturnType<Shop['products']['feed']>>['items'][number]
type Variant = Product['variants'][number]
type Money = NonNullable<Variant['price']>
const skusPerRequest = 100
const mostPictures = 10
/** The format's own limits. */
const longestTitle = 150
const longestDescription = 5_000

/** Which of the SKUs can be bought now. */
export async function soldOut(shop: Shop, products: readonly Product[]): Promise<ReadonlySet<string>> {
  const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => sku))
  const gone = new Set<string>()
  for (let from = 0; from < skus.length; from += skusPerRequest) {
    const { items } = await shop.inventory.availability({ query: { sku: skus.slice(from, from + skusPerRequest) } })
    for (const one of items) if (one.status === 'out-of-stock') gone.add(one.sku)
  }
  return gone
}

export function itemsOf(product: Product, gone: ReadonlySet<string>, language: Language, url: URL): string[] {
  return product.variants.flatMap((variant) =>
    variant.price && variant.price.amount > 0 ? [itemOf(product, variant, variant.price, gone, language, url)] : [],
  )
}

function itemOf(
  product: Product,
  variant: Variant,
  price: Money,
  gone: ReadonlySet<string>,
  language: Language,
  url: URL,
): string {
  const { title, description, images, category, variants } = product
  const hasVariants = variants.length > 1
  const absolute = (path: string) => new URL(path, url).href
  const [picture, ...morePictures] = images.map(({ urls }) => absolute(urls.large ?? urls.original))
  const name = [title, hasVariants && variant.title].filter(Boolean).join(', ')
  const lowest = variant.reduction?.lowest30Days
  return [
    '<item>',
    element('g:id', variant.sku),
    hasVariants ? element('g:item_group_id', product.id) : '',
    element('g:title', cut(name, longestTitle)),
    element('g:description', cut(description || title, longestDescription)),
    element('g:link', absolute(linksIn(language).product(product.slug, hasVariants ? variant.sku : undefined))),
    element('g:image_link', picture),
    ...morePictures.slice(0, mostPictures).map((one) => element('g:additional_image_link', one)),
    element('g:availability', gone.has(variant.sku) ? 'out_of_stock' : 'in_stock'),
    element('g:price', amount(lowest ?? price)),
    lowest ? element('g:sale_price', amount(price)) : '',
    element('g:condition', 'new'),
    element('g:brand', product.legal?.manufacturer?.name),
    element('g:identifier_exists', 'no'),
    element('g:product_type', category?.path.replaceAll('/', ' > ') || category?.title),
    variant.weightGrams > 0 ? element('g:shipping_weight', `${variant.weightGrams} g`) : '',
    ...measureOf(variant),
    '</item>',
  ].join('')
}

const perUnit: Readonly<Record<string, string>> = { kg: '1 kg', l: '1 l', m: '1 m', m2: '1 sqm' }
const unitNames: Readonly<Record<string, string>> = { mm: 'cm', cm2: 'sqm', m2: 'sqm' }
const unitFactors: Readonly<Record<string, number>> = { mm: 0.1, cm2: 0.0001 }

function measureOf({ measure, unitPrice }: Variant): string[] {
  if (!measure || !unitPrice) return []
  const quantity = Number((measure.quantity * (unitFactors[measure.unit] ?? 1)).toFixed(6))
  return [
    element('g:unit_pricing_measure', `${quantity} ${unitNames[measure.unit] ?? measure.unit}`),
    element('g:unit_pricing_base_measure', perUnit[unitPrice.per]),
  ]
}

/** As "24.90 EUR". */
function amount({ amount: minor, currency }: Money): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`
}

function cut(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** What the products of a feed are asked for in. */
export function feedQuery(language: Language, after: string | undefined) {
  return { after, limit: 100, language, currency: shopConfig.currency }
}
