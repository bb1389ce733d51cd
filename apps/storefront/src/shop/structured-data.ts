// Structured data of schema.org, made from what the pages show.
import type { Product } from '@souk/contracts/products'
import { largestOf } from './pictures.ts'
import type { Availability, Delivery } from './product-view.ts'

type Step = { title: string; href: string }

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

const codes = { kg: 'KGM', l: 'LTR', m: 'MTR', m2: 'MTK' } as const
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

function offerOf(variant: Product['variants'][number], page: ProductPage, url: string): object | undefined {
  const { price, unitPrice } = variant
  if (!price || price.amount <= 0) return undefined
  const isSoldOut = page.availability.get(variant.sku)?.status === 'out-of-stock'
  return {
    '@type': 'Offer',
    url,
    price: major(price),
    priceCurrency: price.currency,
    availability: `https://schema.org/${isSoldOut ? 'OutOfStock' : 'InStock'}`,
    itemCondition: 'https://schema.org/NewCondition',
    priceSpecification: unitPrice && {
      '@type': 'UnitPriceSpecification',
      price: major(unitPrice.price),
      priceCurrency: unitPrice.price.currency,
      referenceQuantity: { '@type': 'QuantitativeValue', value: 1, unitCode: codes[unitPrice.per] },
    },
    shippingDetails: page.delivery && shippingOf(page.delivery, page.country),
    hasMerchantReturnPolicy: returnPolicy(page.product, page.country),
  }
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
