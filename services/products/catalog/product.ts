// A whole product, as it is read from its tables, shown to a caller, and told to other services.
import type { Message } from '@souk/contracts'
import { type Product, ProductChanged } from '@souk/contracts/products'
import type { Sql, Statement } from '@souk/postgres'
import { type PictureRow, pictureOf, pictureToShow } from '../pictures/picture.ts'
import { variantTitle } from './variants.ts'

export interface StoredVariant {
  sku: string
  options: Record<string, string>
  prices: { amount: number; currency: string }[]
  weightGrams: number
}
export interface StoredProduct {
  id: string
  slug: string
  title: string
  description: string
  status: 'draft' | 'published'
  categoryId: string | null
  categorySlug: string | null
  categoryTitle: string | null
  parentSlug: string | null
  attributes: Record<string, string>
  options: { name: string; values: string[] }[]
  variants: StoredVariant[]
  pictures: PictureRow[]
  version: number
  createdAt: string
  updatedAt: string
}

/** Whole products, in no order: `findProducts(sql, sql\`p.id = any(${ids}::uuid[])\`)`. */
export async function findProducts(sql: Sql, where: Statement): Promise<StoredProduct[]> {
  return sql<StoredProduct>`
    select p.id, p.slug, p.title, p.description, p.status, p.attributes, p.options, p.version, p.created_at, p.updated_at,
      c.id as category_id, c.slug as category_slug, c.title as category_title, parent.slug as parent_slug,
      coalesce((
        select json_agg(json_build_object(
          'sku', v.sku, 'options', v.options, 'prices', v.prices, 'weightGrams', v.weight_grams) order by v.position)
        from variant v
        where v.product_id = p.id), '[]') as variants,
      coalesce((
        select json_agg(json_build_object('id', i.id, 'alt', i.alt, 'status', i.status) order by i.position, i.id)
        from picture i
        where i.product_id = p.id), '[]') as pictures
    from product p
    left join category c on c.id = p.category_id
    left join category parent on parent.id = c.parent_id
    where ${where}`
}

/** What a caller sees of a product. Only staff see pictures that could not be made. */
export function productOf(stored: StoredProduct, currency: string, isForStaff: boolean): Product {
  const { id, slug, title, description, status, attributes, options, version, createdAt, updatedAt } = stored
  const pictures = isForStaff ? stored.pictures : stored.pictures.filter((one) => one.status !== 'failed')
  return {
    id,
    slug,
    title,
    description,
    status,
    category: categoryOf(stored),
    attributes,
    options,
    images: pictures.map((one) => pictureOf(one, title)),
    variants: stored.variants.map((variant) => ({
      sku: variant.sku,
      title: variantTitle(options, variant.options),
      options: variant.options,
      price: variant.prices.find((price) => price.currency === currency),
      prices: variant.prices,
      weightGrams: variant.weightGrams,
    })),
    version,
    createdAt,
    updatedAt,
  }
}

function categoryOf({ categoryId, categorySlug, categoryTitle, parentSlug }: StoredProduct): Product['category'] {
  if (categoryId === null || categorySlug === null) return undefined
  const path = parentSlug === null ? categorySlug : `${parentSlug}/${categorySlug}`
  return { id: categoryId, slug: categorySlug, title: categoryTitle ?? '', path }
}

/** All that other services keep of a product. */
export function productChanged({ id, slug, title, status, version, ...stored }: StoredProduct): Message {
  return ProductChanged({
    productId: id,
    slug,
    title,
    status,
    version,
    image: pictureToShow(stored.pictures),
    category: stored.categorySlug ?? undefined,
    variants: stored.variants.map(({ sku, options, prices, weightGrams }) => ({
      sku,
      title: variantTitle(stored.options, options),
      prices,
      weightGrams,
    })),
  })
}
