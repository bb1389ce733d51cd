// PATCH and DELETE /v1/products/:id. The product's row is locked first, so that changes of one product happen one after
// another and its messages leave in the order of their versions.
import type { BodyOf } from '@souk/contracts'
import { ProductDeleted, type ProductInput, productsApi } from '@souk/contracts/products'
import { json, type Sql } from '@souk/postgres'
import { handle, refuse, reply, versionEtag } from '@souk/service'
import { lockCategories } from '../categories/categories.ts'
import { clearCaches, type ProductsContext } from '../context.ts'
import { indexProducts } from '../listing/index-products.ts'
import { wrongLegal } from './legal.ts'
import { dropOldPrices, readPriceHistory } from './price-history-table.ts'
import {
  findProducts,
  productChanged,
  productOf,
  type StoredProduct,
  type StoredVariant,
  shownToStaff,
} from './product.ts'
import { dropFormerSlugs, duplicateIn, insertTexts, insertVariants } from './product-table.ts'
import { reductionsAfter } from './reductions.ts'
import { refuseConflict } from './refuse-conflict.ts'
import { refuseTakenSkus, refuseTakenSlugs } from './taken-names.ts'
import { wrongTranslations } from './translations.ts'
import { storedVariant, wrongVariants } from './variants.ts'

const route = productsApi.routes.change
const removeRoute = productsApi.routes.remove
/** A change as it is stored: null has become the empty value of its field; a product without a category has the slug null. */
type Change = Partial<Omit<ProductInput, 'id' | 'categorySlug' | 'legal'>> & {
  categorySlug?: string | null
  legal?: ProductInput['legal'] | null
}
type Headers = Readonly<Record<string, string | undefined>>

export const change = handle(route, async ({ params, body, headers }, context: ProductsContext) => {
  const wanted = changeIn(body)
  // Another request may take a slug or a SKU between our check and our commit. Then we check again.
  for (let attempt = 1; ; attempt++) {
    try {
      const stored = await changeOnce(params.id, wanted, headers, context)
      const changed = productOf(stored, shownToStaff(context.settings))
      return reply(200, changed, { etag: versionEtag(changed) })
    } catch (error) {
      if (duplicateIn(error) === undefined || attempt === 3) throw error
    }
  }
})

export const remove = handle(removeRoute, async ({ params: { id }, headers }, context: ProductsContext) => {
  await context.transaction(async ({ sql, send, afterCommit }) => {
    await lockProduct(sql, id)
    const [product] = await findProducts(sql, sql`p.id = ${id}`)
    if (!product) refuse(removeRoute, 'not-found', 'There is no such product.')
    refuseConflict(removeRoute, headers, product.version)
    const { slug, variants } = product
    const version = product.version + 1
    await Promise.all([sql`delete from product where id = ${id}`, keepDeletedVersion(sql, id, version)])
    send(ProductDeleted({ productId: id, slug, version, skus: variants.map((variant) => variant.sku) }))
    afterCommit(() => clearCaches(context))
  })
  return undefined
})

/** A field that was left out stays out of the change. */
function changeIn({ description, attributes, options, keywords, translations, ...rest }: BodyOf<typeof route>): Change {
  return {
    ...rest,
    ...(description !== undefined && { description: description ?? '' }),
    ...(attributes !== undefined && { attributes: attributes ?? {} }),
    ...(options !== undefined && { options: options ?? [] }),
    ...(keywords !== undefined && { keywords: keywords ?? [] }),
    ...(translations !== undefined && { translations: translations ?? {} }),
  }
}

/** Every writer of a product begins with this lock. It locks nothing when there is no such product. */
export async function lockProduct(sql: Sql, id: string): Promise<void> {
  await sql`select from product where id = ${id} for update`
}

/** Counts the version up, before the product is sent to other services. */
export async function bumpVersion(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`update product set version = version + 1, updated_at = ${now} where id = ${id}`
}

async function keepDeletedVersion(sql: Sql, id: string, version: number): Promise<void> {
  await sql`
    insert into deleted_product (id, version)
    values (${id}, ${version})
    on conflict (id) do update set version = excluded.version`
}

function changeOnce(id: string, wanted: Change, headers: Headers, context: ProductsContext): Promise<StoredProduct> {
  return context.transaction(async ({ sql, send, afterCommit }) => {
    // Categories are locked before products, here and where a category is changed.
    const { categorySlug } = wanted
    const categories = await lockCategories(route, sql, categorySlug ? [categorySlug] : [])
    await lockProduct(sql, id)
    const [product] = await findProducts(sql, sql`p.id = ${id}`)
    if (!product) refuse(route, 'not-found', 'There is no such product.')
    refuseConflict(route, headers, product.version)
    await refuseChange(sql, product, wanted, context)
    const categoryId = categorySlug === undefined ? product.categoryId : (categories.get(categorySlug ?? '') ?? null)
    await store(sql, product, wanted, categoryId, context.now())
    const [changed] = await findProducts(sql, sql`p.id = ${id}`)
    if (!changed) throw new Error('A locked product cannot vanish.')
    send(productChanged(changed))
    afterCommit(() => clearCaches(context))
    return changed
  })
}

async function refuseChange(sql: Sql, product: StoredProduct, wanted: Change, { settings }: ProductsContext) {
  if (wanted.options || wanted.variants) {
    const variants = wanted.variants ?? product.variants.map(({ measure: _, ...variant }) => variant)
    const wrong = wrongVariants(wanted.options ?? product.options, variants)
    if (wrong !== undefined) refuse(route, 'invalid-variants', wrong)
  }
  const wrongFacts = wrongLegal(wanted.legal)
  if (wrongFacts !== undefined) refuse(route, 'invalid-legal', wrongFacts)
  const wrongTexts = wrongTranslations(wanted.translations, settings.textLanguage)
  if (wrongTexts !== undefined) refuse(route, 'invalid-translations', wrongTexts)
  await Promise.all([
    refuseTakenSlugs(route, sql, [{ id: product.id, slug: wanted.slug }]),
    wanted.variants &&
      refuseTakenSkus(
        route,
        sql,
        wanted.variants.map((variant) => variant.sku),
        [product.id],
      ),
  ])
}

/** Sends all statements at once, in this order, and then stores the search entry of the outcome. */
async function store(
  sql: Sql,
  product: StoredProduct,
  wanted: Change,
  categoryId: string | null,
  now: Date,
): Promise<void> {
  const { id, slug } = product
  const history = wanted.variants?.some((variant) => variant.reduced) ? await readPriceHistory(sql, id) : []
  const variants = wanted.variants?.map(storedVariant).map((variant) => ({
    ...variant,
    reductions: reductionsAfter(variant, sameVariant(product, variant.sku), history, now),
  }))
  const texts = wanted.translations ?? product.texts
  await Promise.all([
    updateRow(sql, { ...product, ...wanted, id, categoryId }, now),
    wanted.slug !== undefined && wanted.slug !== slug && keepFormerSlug(sql, id, slug, wanted.slug),
    variants && replaceVariants(sql, id, variants, now),
    (wanted.translations || wanted.attributes) &&
      replaceTexts(sql, { id, attributes: wanted.attributes ?? product.attributes, texts }),
  ])
  await indexProducts(sql, [id])
}

async function updateRow(sql: Sql, product: Omit<StoredProduct, 'variants'> & { variants: unknown[] }, now: Date) {
  await sql`
    update product
    set slug = ${product.slug}, title = ${product.title}, description = ${product.description},
      status = ${product.status}, category_id = ${product.categoryId}, attributes = ${json(product.attributes)},
      options = ${json(product.options)}, legal = ${product.legal && json(product.legal)},
      keywords = ${product.keywords}::text[], variant_count = ${product.variants.length}, version = version + 1, updated_at = ${now}
    where id = ${product.id}`
}

async function keepFormerSlug(sql: Sql, id: string, former: string, present: string): Promise<void> {
  await Promise.all([dropFormerSlugs(sql, [present]), insertFormerSlug(sql, id, former)])
}

async function insertFormerSlug(sql: Sql, id: string, former: string): Promise<void> {
  await sql`
    insert into former_slug (slug, product_id)
    values (${former}, ${id})
    on conflict (slug) do update set product_id = excluded.product_id`
}

function sameVariant({ variants }: StoredProduct, sku: string): StoredVariant | undefined {
  return variants.find((variant) => variant.sku.toLowerCase() === sku.toLowerCase())
}

async function replaceVariants(sql: Sql, id: string, variants: StoredVariant[], now: Date): Promise<void> {
  await Promise.all([dropVariants(sql, id), insertVariants(sql, [{ id, variants }]), dropOldPrices(sql, id, now)])
}

async function replaceTexts(sql: Sql, product: Pick<StoredProduct, 'id' | 'attributes' | 'texts'>): Promise<void> {
  await Promise.all([dropTexts(sql, product.id), insertTexts(sql, [product])])
}

async function dropTexts(sql: Sql, id: string): Promise<void> {
  await sql`delete from product_text where product_id = ${id}`
}

async function dropVariants(sql: Sql, id: string): Promise<void> {
  await Promise.all([
    sql`delete from variant where product_id = ${id}`,
    sql`delete from product_price where product_id = ${id}`,
  ])
}
