// The SQL that writes products, many with a handful of statements. The stories decide which products may be written.
import { isDuplicate, json, type Sql } from '@souk/postgres'
import { indexProducts } from '../listing/index-products.ts'
import type { StoredVariant } from './product.ts'

export interface NewProduct {
  id: string
  slug: string
  title: string
  description: string
  status: 'draft' | 'published'
  categoryId: string | null
  attributes: Record<string, string>
  options: { name: string; values: string[] }[]
  variants: StoredVariant[]
}

/**
 * Stores new products with their search entries. The statements that write are sent at once, in this order. They must not wait for
 * each other: a statement that waited could be sent after another one has failed and the transaction has ended.
 */
export async function insertProducts(sql: Sql, products: readonly NewProduct[], now: Date): Promise<void> {
  const ids = products.map((product) => product.id)
  await Promise.all([
    insertRows(sql, products, now),
    continueVersions(sql, ids),
    insertVariants(sql, products),
    dropFormerSlugs(
      sql,
      products.map((product) => product.slug),
    ),
  ])
  await indexProducts(sql, ids)
}

async function insertRows(sql: Sql, products: readonly NewProduct[], now: Date): Promise<void> {
  const rows = products.map(({ variants, ...product }) => ({ ...product, variantCount: variants.length }))
  await sql`
    insert into product (
      id, slug, title, description, status, category_id, attributes, options, variant_count, created_at, updated_at)
    select id, slug, title, description, status, "categoryId", attributes, options, "variantCount", ${now}, ${now}
    from jsonb_to_recordset(${json(rows)}::jsonb) as new (
      id uuid, slug text, title text, description text, status text, "categoryId" uuid, attributes jsonb,
      options jsonb, "variantCount" integer)`
}

/** Runs after the insert, which may have waited for the deletion. */
async function continueVersions(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`
    update product
    set version = deleted.version + 1
    from deleted_product deleted
    where product.id = deleted.id and product.id = any(${ids}::uuid[])`
}

export async function insertVariants(
  sql: Sql,
  products: readonly { id: string; variants: StoredVariant[] }[],
): Promise<void> {
  const variants = products.flatMap(({ id, variants }) =>
    variants.map((variant, position) => ({ productId: id, position, ...variant })),
  )
  await Promise.all([
    sql`
      insert into variant (sku, product_id, position, options, prices, weight_grams)
      select sku, "productId", position, options, prices, "weightGrams"
      from jsonb_to_recordset(${json(variants)}::jsonb) as new (
        sku text, "productId" uuid, position integer, options jsonb, prices jsonb, "weightGrams" integer)`,
    sql`
      insert into product_price (product_id, currency, lowest, highest, category_id, is_published)
      select p.id, price.currency, min(price.amount), max(price.amount), p.category_id, p.status = 'published'
      from product p
      join variant v on v.product_id = p.id
      cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
      where p.id = any(${products.map((product) => product.id)}::uuid[])
      group by p.id, price.currency`,
  ])
}

/** Deletes former slugs that are in use again: such a slug leads to its new product only. */
export async function dropFormerSlugs(sql: Sql, slugs: readonly string[]): Promise<void> {
  await sql`delete from former_slug where slug = any(${slugs}::text[])`
}

/** The unique name that a database error is about; undefined for other errors. */
export function duplicateIn(error: unknown): 'id' | 'slug' | 'sku' | undefined {
  if (isDuplicate(error, 'product_pkey')) return 'id'
  if (isDuplicate(error, 'product_slug_key')) return 'slug'
  if (isDuplicate(error, 'variant_sku') || isDuplicate(error, 'variant_pkey')) return 'sku'
  return undefined
}
