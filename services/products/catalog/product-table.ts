// The SQL that writes products, many with a handful of statements. The stories decide which products may be written.
import type { Legal, ProductTexts } from '@souk/contracts/product-parts'
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
  legal: Legal | null
  keywords: readonly string[]
  texts: Record<string, ProductTexts>
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
    insertTexts(sql, products),
    dropFormerSlugs(
      sql,
      products.map((product) => product.slug),
    ),
  ])
  await indexProducts(sql, ids)
}

async function insertRows(sql: Sql, products: readonly NewProduct[], now: Date): Promise<void> {
  const rows = products.map(({ variants, texts, ...product }) => ({ ...product, variantCount: variants.length }))
  await sql`
    insert into product (
      id, slug, title, description, status, category_id, attributes, options, legal, keywords, variant_count, created_at,
      updated_at)
    select id, slug, title, description, status, "categoryId", attributes, options, legal, keywords, "variantCount", ${now},
      ${now}
    from jsonb_to_recordset(${json(rows)}::jsonb) as new (
      id uuid, slug text, title text, description text, status text, "categoryId" uuid, attributes jsonb,
      options jsonb, legal jsonb, keywords text[], "variantCount" integer)`
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
      insert into variant (
        sku, product_id, position, options, prices, weight_grams, measure, is_reduced, reductions)
      select sku, "productId", position, options, prices, "weightGrams", measure, "isReduced", reductions
      from jsonb_to_recordset(${json(variants)}::jsonb) as new (
        sku text, "productId" uuid, position integer, options jsonb, prices jsonb, "weightGrams" integer, measure jsonb,
        "isReduced" boolean, reductions jsonb)`,
    sql`
      insert into product_price (
        product_id, currency, lowest, highest, category_id, is_published, measure, reduced_from)
      select p.id, price.currency, min(price.amount), max(price.amount), p.category_id, p.status = 'published',
        (array_agg(v.measure order by price.amount, v.position))[1],
        (array_agg(
          (v.reductions -> price.currency ->> 'lowest')::bigint order by price.amount, v.position))[1]
      from product p
      join variant v on v.product_id = p.id
      cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
      where p.id = any(${products.map((product) => product.id)}::uuid[])
      group by p.id, price.currency`,
  ])
}

/** Stores the translations of products that have none, and their words for facets. */
export async function insertTexts(
  sql: Sql,
  products: readonly Pick<NewProduct, 'id' | 'attributes' | 'texts'>[],
): Promise<void> {
  const rows = products.flatMap(({ id, texts }) =>
    Object.entries(texts).map(([language, its]) => ({ productId: id, language, keywords: [], ...its })),
  )
  if (rows.length === 0) return
  await Promise.all([
    sql`
      insert into product_text (product_id, language, title, description, words, legal, keywords)
      select "productId", language, title, description, words, legal, keywords
      from jsonb_to_recordset(${json(rows)}::jsonb) as new (
        "productId" uuid, language text, title text, description text, words jsonb, legal jsonb,
        keywords text[])`,
    keepAttributeWords(sql, products),
  ])
}

/** In alphabetical order, so that two imports cannot deadlock. */
async function keepAttributeWords(
  sql: Sql,
  products: readonly Pick<NewProduct, 'attributes' | 'texts'>[],
): Promise<void> {
  const rows = products.flatMap(({ attributes, texts }) =>
    Object.entries(texts).flatMap(([language, { words = {} }]) =>
      Object.entries(attributes)
        .flat()
        .filter((word) => Object.hasOwn(words, word))
        .map((word) => ({ language, word, translation: words[word] })),
    ),
  )
  await sql`
    insert into attribute_word as known (language, word, translation)
    select distinct on (language, word) language, word, translation
    from jsonb_to_recordset(${json(rows)}::jsonb) as new (
      language text collate "C", word text collate "C", translation text)
    order by language, word, translation
    on conflict (language, word) do update set translation = excluded.translation
    where known.translation <> excluded.translation`
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
