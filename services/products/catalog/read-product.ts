// GET /v1/products/:slug, /v1/products/:slug/related and /v1/catalogue/:id. A former slug answers too; a draft does not.
import { productsApi } from '@souk/contracts/products'
import type { Sql, Statement } from '@souk/postgres'
import { handle, refuse, reply, versionEtag } from '@souk/service'
import { categoryTree } from '../categories/categories.ts'
import type { ProductsContext } from '../context.ts'
import { atMost } from '../listing/cursors.ts'
import { cardOf, withCards } from '../listing/product-card.ts'
import { findProducts, productOf, shownToStaff } from './product.ts'
import { otherLanguage } from './translations.ts'

const { read: readRoute, readAny: readAnyRoute, related: relatedRoute } = productsApi.routes

const unknown = 'There is no such product.'

/** The id behind a slug, present or former. */
function idBySlug(sql: Sql, slug: string): Statement {
  return sql`coalesce(
    (select id from product where slug = ${slug}),
    (select product_id from former_slug where slug = ${slug}))`
}

export const read = handle(readRoute, async ({ params, query }, { sql, settings }: ProductsContext) => {
  const { currency = settings.currency, language = settings.textLanguage } = query
  const isIt = sql`p.id = ${idBySlug(sql, params.slug)} and p.status = 'published'`
  const [product] = await findProducts(sql, isIt, language)
  if (!product) refuse(readRoute, 'not-found', unknown)
  const shown = productOf(product, { currency, language, own: settings.textLanguage })
  return reply(200, shown, { etag: versionEtag(shown) })
})

export const readAny = handle(readAnyRoute, async ({ params }, { sql, settings }: ProductsContext) => {
  const [product] = await findProducts(sql, sql`p.id = ${params.id}`)
  if (!product) refuse(readAnyRoute, 'not-found', unknown)
  const shown = productOf(product, shownToStaff(settings))
  return reply(200, shown, { etag: versionEtag(shown) })
})

const mostRelated = 8
/** How many of the newest products of each category are compared. */
const mostCompared = 24

/** Products of the same category, ordered by attributes in common; then products of the sibling categories. */
export const related = handle(relatedRoute, async ({ params, query }, context: ProductsContext) => {
  const { sql, settings } = context
  const { currency = settings.currency } = query
  const shown = { currency, own: settings.textLanguage, language: otherLanguage(query.language, settings.textLanguage) }
  const [product] = await sql<{ id: string; categoryId: string | null; tags: string[] }>`
    select id, category_id, tags
    from product
    where id = ${idBySlug(sql, params.slug)} and status = 'published'`
  if (!product) refuse(relatedRoute, 'not-found', unknown)
  const tree = await categoryTree(context)
  const own = product.categoryId === null ? undefined : tree.get(product.categoryId)
  if (!own) return { items: [] }
  const parent = own.parentId === null ? own : (tree.get(own.parentId) ?? own)

  const rows = await withCards(
    sql,
    sql`
    select each.id, row_number() over (order by each.is_own desc, each.common desc, each.created_at desc, each.id) as key
    from unnest(${tree.within(parent)}::uuid[]) as category (id)
    cross join lateral (
      select p.id, p.created_at, p.category_id = ${own.id}::uuid as is_own,
        (select count(*) from unnest(p.tags) as tag where tag = any(${product.tags}::text[])) as common
      from product p
      where p.category_id = category.id and p.status = 'published' and p.id <> ${product.id}
      order by p.created_at desc, p.id desc
      ${atMost(mostCompared)}
    ) as each
    order by key
    ${atMost(mostRelated)}`,
    sql`page.key`,
    shown,
  )
  return { items: rows.map((row) => cardOf(row, shown)) }
})
