// What the catalog says about the lines of a cart: picture, name and variant in the visitor's language, unit price, facts. A cart is shown
// without it when the catalog does not answer.

import { ProblemError } from '@souk/contracts/client'
import type { Cart, Order } from '@souk/contracts/orders'
import type { Product } from '@souk/contracts/products'
import type { Language } from '@souk/contracts/storefront'
import { isAway } from './failures.ts'
import type { Shop } from './shop.ts'

type Line = Pick<Cart['lines'][number] | Order['lines'][number], 'sku' | 'slug' | 'title' | 'image'>
export interface LineGoods {
  readonly name: string
  /** The chosen options in words: "Large, 28 cm". */
  readonly variant: string
  readonly picture: string | undefined
  readonly unitPrice: NonNullable<Product['variants'][number]['unitPrice']> | undefined
  /** The essential facts: material, size, origin ... */
  readonly facts: readonly string[]
}
const mostProducts = 40
const mostFacts = 4

/** By SKU; every line has an entry. */
export async function goodsOf(
  shop: Shop,
  lines: readonly Line[],
  currency: string,
  language: Language,
): Promise<ReadonlyMap<string, LineGoods>> {
  const slugs = [...new Set(lines.flatMap(({ slug }) => slug ?? []))].slice(0, mostProducts)
  const products = new Map(
    await Promise.all(slugs.map(async (slug) => [slug, await productOf(shop, slug, currency, language)] as const)),
  )
  return new Map(lines.map((line) => [line.sku, goodsOfLine(line, line.slug ? products.get(line.slug) : undefined)]))
}

async function productOf(shop: Shop, slug: string, currency: string, language: Language) {
  try {
    return await shop.products.read({ params: { slug }, query: { currency, language } })
  } catch (error) {
    if (error instanceof ProblemError || isAway(error)) return undefined // The cart knows title and price by itself.
    throw error
  }
}

function goodsOfLine(line: Line, product: Product | undefined): LineGoods {
  const variant = product?.variants.find(({ sku }) => sku === line.sku)
  const chosen = Object.values(variant?.options ?? {})
  const [picture] = product?.images ?? []
  const narrow = picture?.sizes?.[0]?.webp ?? picture?.urls.small
  return {
    name: variant && product ? product.title : line.title,
    variant: variant ? chosen.join(', ') || variant.title : '',
    picture: narrow ?? line.image,
    unitPrice: variant?.unitPrice,
    facts: [...new Set(Object.values(product?.attributes ?? {}))]
      .filter((fact) => !chosen.includes(fact))
      .slice(0, mostFacts),
  }
}
