// GET /v1/catalogue: all products for staff, drafts too, newest first. Found by words, by the beginning of an SKU or slug.
import { productsApi } from '@souk/contracts/products'
import { join, type Sql, type Statement } from '@souk/postgres'
import { handle, isTime, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import { findProducts, productOf, shownToStaff } from '../catalog/product.ts'
import { type ProductsContext, searchTable } from '../context.ts'
import { atMost, rowsFor } from './cursors.ts'
import { nameOf, type SearchTable } from './search-index.ts'
import { hasWords, searchFor } from './search-query.ts'

const route = productsApi.routes.listAll

/** At most this many are found. */
const mostFound = 5_000

export const listAll = handle(route, async ({ query }, context: ProductsContext) => {
  const { sql, settings } = context
  const { limit = 20, status } = query
  const conditions: Statement[] = [sql`true`]
  if (status) conditions.push(sql`p.status = ${status}`)
  const text = query.q?.trim()
  if (text) conditions.push((await found(sql, text, await searchTable(context))).condition)
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
      return product ? [productOf(product, shownToStaff(settings))] : []
    }),
    nextCursor: page.nextCursor,
  }
})

/** Found first, as a list: the planner would else try the newest products one by one. */
async function found(sql: Sql, text: string, table: SearchTable): Promise<{ condition: Statement }> {
  const search = await searchFor(sql, text, table)
  const byWords = search
    ? sql`union select entry.id from ${nameOf(table)} as entry where entry.words @@ ${hasWords(sql, search)}`
    : sql``
  const condition = sql`p.id = any(array(
    select product_id from variant where starts_with(lower(sku), lower(${text}))
    union
    select id from product where starts_with(slug, lower(${text}))
    ${byWords}
    ${atMost(mostFound)}))`
  return { condition }
}

function position(cursor: string | undefined): readonly [string, string] | undefined {
  const values = readCursor(route, cursor, 2)
  if (!values) return undefined
  const [time, id] = values
  if (!isTime(time) || !isUuid(id))
    refuse(route, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  return [time, id]
}
