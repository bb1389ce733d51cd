// GET /v1/catalogue: all products for staff, drafts too, newest first. Found by words, by the beginning of an SKU or slug.
import { productsApi } from '@souk/contracts/products'
import { join, type Sql, type Statement } from '@souk/postgres'
import { handle, isTime, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import { findProducts, productOf } from '../catalog/product.ts'
import type { ProductsContext } from '../context.ts'
import { atMost, rowsFor } from './cursors.ts'
import { searchFor, tsquery } from './search-words.ts'

const route = productsApi.routes.listAll

/** At most this many are found. */
const mostFound = 5_000

export const listAll = handle(route, async ({ query }, { sql, settings }: ProductsContext) => {
  const { limit = 20, status } = query
  const conditions: Statement[] = [sql`true`]
  if (status) conditions.push(sql`p.status = ${status}`)
  if (query.q?.trim()) conditions.push(found(sql, query.q.trim()))
  const after = position(query.cursor)
  if (after) conditions.push(sql`(p.created_at, p.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  const ids = await sql<{ id: string; createdAt: string }>`
    select p.id, p.created_at
    from product p
    where ${join(conditions, ' and ')}
    order by p.created_at desc, p.id desc
    ${atMost(rowsFor(limit))}`
  const page = pageOf(ids, limit, (row) => [row.createdAt, row.id])
  const products = await findProducts(sql, sql`p.id = any(${page.items.map((row) => row.id)}::uuid[])`)
  const byId = new Map(products.map((product) => [product.id, product]))
  return {
    items: page.items.flatMap(({ id }) => {
      const product = byId.get(id)
      return product ? [productOf(product, settings.currency, true)] : []
    }),
    nextCursor: page.nextCursor,
  }
})

/** Found first, as a list: the planner would else try the newest products one by one. */
function found(sql: Sql, text: string): Statement {
  const search = searchFor(text)
  const byWords = search ? sql`union select id from product where search @@ ${tsquery(sql, search)}` : sql``
  return sql`p.id = any(array(
    select product_id from variant where starts_with(lower(sku), lower(${text}))
    union
    select id from product where starts_with(slug, lower(${text}))
    ${byWords}
    ${atMost(mostFound)}))`
}

function position(cursor: string | undefined): readonly [string, string] | undefined {
  const values = readCursor(route, cursor, 2)
  if (!values) return undefined
  const [time, id] = values
  if (!isTime(time) || !isUuid(id))
    refuse(route, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  return [time, id]
}
