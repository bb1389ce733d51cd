// GET /v1/catalogue: all products for staff, drafts too, newest first. Found by words, by the beginning of an SKU or slug.
import { productsApi } from '@souk/contracts/products'
import { handle, join, pageOf, readCursor, refuse, type Sql, type Statement } from '@souk/service'
import type { ProductsContext } from './context.ts'
import { isTime, isUuid } from './cursors.ts'
import { findProducts, productOf } from './product.ts'
import { searchFor, tsquery } from './search-words.ts'

const route = productsApi.routes.listAll

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
    limit ${limit + 1}`
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

function found(sql: Sql, text: string): Statement {
  const search = searchFor(text)
  const byName = sql`
    select product_id from variant where starts_with(lower(sku), lower(${text}))
    union
    select id from product where starts_with(slug, lower(${text}))`
  if (!search) return sql`p.id in (${byName})`
  return sql`p.id in (select id from product where search @@ ${tsquery(sql, search)} union ${byName})`
}

function position(cursor: string | undefined): readonly [string, string] | undefined {
  const values = readCursor(route, cursor, 2)
  if (!values) return undefined
  const [time, id] = values
  if (!isTime(time) || !isUuid(id))
    refuse(route, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  return [time, id]
}
