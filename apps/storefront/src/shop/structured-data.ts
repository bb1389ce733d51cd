// Structured data of schema.org, made from what the pages show.
import type { Product } from '@souk/contracts/products'
import { largestOf } from './pictures.ts'
import type { Availability, Delivery, Variant } from './product-view.ts'

type Step = { title: string; href: string }
type Money = NonNullable<Variant['price']>

/** The way down to a page, as search engines show it. */
export function breadcrumbData(steps: readonly Step[], url: URL): object {
  return {
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ title, href }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name: title,
      item: new URL(href, url).href,
    })),
  }
}

/** UN/CEFACT codes of the units of a measure, and of those that search engines take in place of the ones they do not know. */
const codes = {
  mg: ['MGM', 1],
  g: ['GRM', 1],
  kg: ['KGM', 1],
  ml: ['MLT', 1],
  cl: ['CLT', 1],
  l: ['LTR', 1],
  mm: ['CMT', 0.1],
  cm: ['CMT', 1],
  m: ['MTR', 1],
  cm2: ['MTK', 0.0001],
  m2: ['MTK', 1],
} as const
const major = ({ amount }: { amount: number }) => (amount / 100).toFixed(2)

interface ProductPage {
  readonly product: Product
  /** Absolute address of the product, without a choice. */
  readonly address: string
  readonly availability: Availability
  readonly delivery: Delivery | undefined
  readonly country: string
  readonly url: URL
}

/** A product with one offer, or a group with one product for each variant. */
export function productData(page: ProductPage): object {
  const { product, address, url } = page
  const common = {
    name: product.title,
    description: product.description || undefined,
    image: product.images.map((one) => new URL(largestOf(one), url).href),
    brand: product.legal?.manufacturer && { '@type': 'Brand', name: product.legal.manufacturer.name },
    category: product.category?.title,
  }
  const [first, ...others] = product.variants
  if (!first) return { '@type': 'Product', ...common, url: address }
  if (others.length === 0)
    return { '@type': 'Product', ...common, sku: first.sku, url: address, offers: offerOf(first, page, address) }
  return {
    '@type': 'ProductGroup',
    ...common,
    url: address,
    productGroupID: product.id,
    variesBy: product.options.map(({ name }) => name),
    hasVariant: product.variants.map((variant) => {
      const own = `${address}?sku=${encodeURIComponent(variant.sku)}`
      return {
        '@type': 'Product',
        name: variant.title ? `${product.title}, ${variant.title}` : product.title,
        image: common.image[0],
        sku: variant.sku,
        url: own,
        offers: offerOf(variant, page, own),
        additionalProperty: Object.entries(variant.options).map(([name, value]) => ({
          '@type': 'PropertyValue',
          name,
          value,
        })),
      }
    }),
  }
}

function offerOf(variant: Variant, page: ProductPage, url: string): object | undefined {
  const { price } = variant
  if (!price || price.amount <= 0) return undefined
  const isSoldOut = page.availability.get(variant.sku)?.status === 'out-of-stock'
  return {
    '@type': 'Offer',
    url,
    price: major(price),
    priceCurrency: price.currency,
    availability: `https://schema.org/${isSoldOut ? 'OutOfStock' : 'InStock'}`,
    itemCondition: 'https://schema.org/NewCondition',
    priceSpecification: priceSpecifications(variant, price),
    shippingDetails: page.delivery && shippingOf(page.delivery, page.country),
    hasMerchantReturnPolicy: returnPolicy(page.product, page.country),
  }
}

/** The price again with the measure that it buys, and the struck one beside a reduced price. */
function priceSpecifications({ measure, unitPrice, reduction }: Variant, price: Money): object[] | undefined {
  const specification = (amount: Money, more: object) => ({
    '@type': 'UnitPriceSpecification',
    price: major(amount),
    priceCurrency: amount.currency,
    ...more,
  })
  const quantity = (value: number, unit: keyof typeof codes) => {
    const [unitCode, factor] = codes[unit]
    return { '@type': 'QuantitativeValue', value: Number((value * factor).toFixed(6)), unitCode }
  }
  const all = []
  if (measure && unitPrice) {
    const valueReference = quantity(1, unitPrice.per)
    all.push(
      specification(price, { referenceQuantity: { ...quantity(measure.quantity, measure.unit), valueReference } }),
    )
  }
  if (reduction) all.push(specification(reduction.lowest30Days, { priceType: 'https://schema.org/StrikethroughPrice' }))
  return all.length > 0 ? all : undefined
}

function shippingOf({ price }: Delivery, country: string): object {
  return {
    '@type': 'OfferShippingDetails',
    shippingRate: { '@type': 'MonetaryAmount', value: major(price), currency: price.currency },
    shippingDestination: { '@type': 'DefinedRegion', addressCountry: country },
  }
}

function returnPolicy({ legal }: Product, country: string): object {
  const category = legal?.withdrawal === 'excluded' ? 'MerchantReturnNotPermitted' : 'MerchantReturnFiniteReturnWindow'
  return {
    '@type': 'MerchantReturnPolicy',
    applicableCountry: country,
    returnPolicyCategory: `https://schema.org/${category}`,
    ...(legal?.withdrawal === 'excluded' ? {} : { merchantReturnDays: 14 }),
  }
}
