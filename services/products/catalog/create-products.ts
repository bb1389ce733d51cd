// POST /v1/products and /v1/products/batch: one product, or up to 200, all or none. A product whose id is known already
// is left as it is, so that a repeated request or a repeated import does no harm.
import { randomUUIDv7 } from 'node:crypto'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handleOnce, refuse, reply, type Transaction, versionEtag } from '@souk/service'
import { lockCategories } from '../categories/categories.ts'
import { clearCaches, type ProductsContext } from '../context.ts'
import { wrongLegal } from './legal.ts'
import { findProducts, productChanged, productOf, shownToStaff } from './product.ts'
import { duplicateIn, insertProducts, type NewProduct } from './product-table.ts'
import { chooseSlugs } from './slugs.ts'
import { refuseTakenSkus, refuseTakenSlugs } from './taken-names.ts'
import { wrongTranslations } from './translations.ts'
import { storedVariant, wrongVariants } from './variants.ts'

const { create: oneRoute, createMany: manyRoute } = productsApi.routes
type CreateRoute = typeof oneRoute | typeof manyRoute

/** Another request may take an id, a slug or an SKU between our look and our commit. Then we look again. */
const lookAgain = { again: (error: unknown) => duplicateIn(error) !== undefined }

export const create = handleOnce(
  oneRoute,
  async ({ body }, context: ProductsContext, transaction) => {
    const [id] = await addProducts(oneRoute, [body], context, transaction)
    const [stored] = await findProducts(transaction.sql, transaction.sql`p.id = ${id}`)
    if (!stored) refuse(oneRoute, 'not-found', 'This product was deleted a moment ago.')
    const shown = productOf(stored, shownToStaff(context.settings))
    return reply(201, shown, { etag: versionEtag(shown) })
  },
  lookAgain,
)

export const createMany = handleOnce(
  manyRoute,
  async ({ body }, context: ProductsContext, transaction) => ({
    ids: await addProducts(manyRoute, body.products, context, transaction),
  }),
  lookAgain,
)

async function addProducts(
  route: CreateRoute,
  inputs: ProductInput[],
  context: ProductsContext,
  transaction: Transaction,
): Promise<string[]> {
  const products = inputs.map((input) => ({ ...input, id: input.id?.toLowerCase() ?? randomUUIDv7() }))
  refuseWrong(route, products, context)
  const fresh = await withoutKnown(transaction.sql, products)
  if (fresh.length > 0) await addNew(route, fresh, context, transaction)
  return products.map((product) => product.id)
}

type Identified = ProductInput & { id: string }

async function addNew(
  route: CreateRoute,
  fresh: Identified[],
  context: ProductsContext,
  { sql, send, afterCommit }: Transaction,
): Promise<void> {
  const named = await chooseSlugs(sql, fresh)
  await refuseTakenSlugs(route, sql, fresh)
  await refuseTakenSkus(
    route,
    sql,
    fresh.flatMap((product) => product.variants.map((variant) => variant.sku)),
    fresh.map((product) => product.id),
  )
  const categories = await lockCategories(
    route,
    sql,
    named.flatMap((product) => product.categorySlug ?? []),
  )
  const rows = named.map((product) => newProduct(product, categories))
  await insertProducts(sql, rows, context.now())
  const stored = await findProducts(sql, sql`p.id = any(${rows.map((row) => row.id)}::uuid[])`)
  send(...stored.map(productChanged))
  afterCommit(() => clearCaches(context))
}

function newProduct(product: Identified & { slug: string }, categories: ReadonlyMap<string, string>): NewProduct {
  const { id, slug, title, description = '', status = 'draft', attributes = {}, options = [], variants } = product
  const { legal = null, keywords = [], translations = {} } = product
  return {
    id,
    slug,
    title,
    description,
    status,
    categoryId: categories.get(product.categorySlug ?? '') ?? null,
    attributes,
    options,
    variants: variants.map((variant) => ({ ...storedVariant(variant), reductions: {} })),
    legal,
    keywords,
    texts: translations,
  }
}

async function withoutKnown(sql: Sql, products: Identified[]): Promise<Identified[]> {
  const rows = await sql<{ id: string }>`
    select id from product where id = any(${products.map((product) => product.id)}::uuid[])`
  const known = new Set(rows.map((row) => row.id))
  return products.filter((product) => !known.has(product.id))
}

/** What can be seen from the request alone. */
function refuseWrong(route: CreateRoute, products: Identified[], context: ProductsContext): void {
  const [ids, slugs, skus] = [new Set<string>(), new Set<string>(), new Map<string, string>()]
  for (const { id, slug, title, options = [], variants, legal, translations } of products) {
    const name = `"${title}"`
    if (ids.has(id)) refuse(route, 'invalid-request', `Two of these products have the id ${id}.`)
    ids.add(id)
    if (slug !== undefined && slugs.has(slug))
      refuse(route, 'slug-taken', `Two of these products have the slug ${slug}.`)
    if (slug !== undefined) slugs.add(slug)
    const wrong = wrongVariants(options, variants)
    if (wrong !== undefined) refuse(route, 'invalid-variants', products.length > 1 ? `${name}: ${wrong}` : wrong)
    const wrongFacts = wrongLegal(legal)
    if (wrongFacts !== undefined)
      refuse(route, 'invalid-legal', products.length > 1 ? `${name}: ${wrongFacts}` : wrongFacts)
    const wrongTexts = wrongTranslations(translations, context.settings.textLanguage)
    if (wrongTexts !== undefined)
      refuse(route, 'invalid-translations', products.length > 1 ? `${name}: ${wrongTexts}` : wrongTexts)
    for (const { sku } of variants) {
      const other = skus.get(sku.toLowerCase())
      if (other !== undefined) refuse(route, 'sku-taken', `${other} and ${name} both have the SKU ${sku}.`)
      skus.set(sku.toLowerCase(), name)
    }
  }
}
