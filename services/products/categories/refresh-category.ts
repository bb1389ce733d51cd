// After a category got another name, slug or parent: derives the search words of its products again and, after a new slug, sends
// every product to the other services. In batches, because a category may hold most of the shop.
import type { Sql } from '@souk/postgres'
import { job } from '@souk/service'
import { findProducts, productChanged } from '../catalog/product.ts'
import { clearCaches, type ProductsContext } from '../context.ts'
import { indexProducts } from '../listing/index-products.ts'

const batchSize = 200

export const refreshCategory = job(
  'refresh-category',
  async ({ categoryId, isRenamed }: { categoryId: string; isRenamed: boolean }, context: ProductsContext) => {
    let last = '00000000-0000-0000-0000-000000000000'
    while (true) {
      const ids = await refreshSome(categoryId, isRenamed, last, context)
      if (ids.length < batchSize) break
      last = ids.at(-1) as string
    }
    clearCaches(context)
  },
)

/** A job that starts again repeats its work, which is harmless: versions only grow. */
function refreshSome(
  categoryId: string,
  isRenamed: boolean,
  after: string,
  { transaction, now }: ProductsContext,
): Promise<string[]> {
  return transaction(async ({ sql, send }) => {
    const rows = await sql<{ id: string; ownSlug: boolean }>`
      select p.id, p.category_id = ${categoryId} as own_slug
      from product p
      join category c on c.id = p.category_id
      where (c.id = ${categoryId} or c.parent_id = ${categoryId}) and p.id > ${after}
      order by p.id
      limit ${batchSize}
      for no key update of p`
    const ids = rows.map((row) => row.id)
    if (ids.length === 0) return ids
    await deriveSearchColumns(sql, ids)
    await indexProducts(sql, ids)
    const renamed = isRenamed ? rows.filter((row) => row.ownSlug).map((row) => row.id) : []
    if (renamed.length > 0) {
      await sql`
        update product set version = version + 1, updated_at = ${now()} where id = any(${renamed}::uuid[])`
      send(...(await findProducts(sql, sql`p.id = any(${renamed}::uuid[])`)).map(productChanged))
    }
    return ids
  })
}

/** Touching the column is enough: the trigger derives the search columns from it. */
async function deriveSearchColumns(sql: Sql, ids: string[]): Promise<void> {
  await sql`update product set category_id = category_id where id = any(${ids}::uuid[])`
}
