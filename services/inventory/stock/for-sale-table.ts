// SQL of the table `for_sale`: which SKUs products has published, fed by the messages of products.
import { columns, type Sql } from '@souk/postgres'

/** A product as inventory knows it. A deleted one has no SKUs. */
export interface HeardProduct {
  productId: string
  version: number
  skus: readonly string[]
  isForSale: boolean
  isDeleted?: boolean
}
const productRows = columns<HeardProduct>({
  product_id: ['uuid', (product) => product.productId],
  version: ['integer', (product) => product.version],
  is_deleted: ['boolean', (product) => product.isDeleted ?? false],
})
const skuRows = columns<{ sku: string; productId: string; isForSale: boolean }>({
  sku: ['text', (line) => line.sku],
  product_id: ['uuid', (line) => line.productId],
  is_for_sale: ['boolean', (line) => line.isForSale],
})

/**
 * Stores what messages said about products, in their order. Older versions change nothing. A SKU that a product no longer has is
 * not for sale; a SKU that another product had before belongs to the new one.
 */
export async function storeHeard(sql: Sql, heard: readonly HeardProduct[]): Promise<void> {
  const { products, lines } = latest(heard)
  await sql`
    with given as materialized (
      select * from ${productRows(products)} as given
    ), newer as (
      insert into product_heard (product_id, version)
      select product_id, version from given order by product_id
      on conflict (product_id) do update set version = excluded.version
      where product_heard.version < excluded.version or product_heard.version = excluded.version
        and (select is_deleted from given where given.product_id = excluded.product_id)
      returning product_id
    ), line as materialized (
      select line.* from ${skuRows(lines)} as line join newer on newer.product_id = line.product_id
    ), dropped as (
      update for_sale f
      set is_for_sale = false
      where f.product_id = any(array(select product_id from newer)) and not f.sku = any(array(select sku from line))
    )
    insert into for_sale (sku, product_id, is_for_sale)
    select sku, product_id, is_for_sale from line order by sku
    on conflict (sku) do update set product_id = excluded.product_id, is_for_sale = excluded.is_for_sale`
}

/** Stores products of which no message has told yet, and how far they have been read. What a message said stays. */
export async function storeRead(
  sql: Sql,
  read: readonly HeardProduct[],
  progress: { afterProduct: string; isDone: boolean },
): Promise<void> {
  const { products, lines } = latest(read)
  await sql`
    with fresh as (
      insert into product_heard (product_id, version)
      select product_id, version from ${productRows(products)} as given order by product_id
      on conflict (product_id) do nothing
      returning product_id
    ), stored as (
      insert into for_sale (sku, product_id, is_for_sale)
      select line.sku, line.product_id, line.is_for_sale
      from ${skuRows(lines)} as line
      join fresh on fresh.product_id = line.product_id
      order by line.sku
      on conflict (sku) do nothing
    )
    update catalog_fill set after_product = ${progress.afterProduct}, is_done = ${progress.isDone}`
}

/** The newest version of each product, and for each SKU the product that named it last. */
function latest(heard: readonly HeardProduct[]) {
  const products = new Map<string, HeardProduct>()
  for (const one of heard) {
    const before = products.get(one.productId)
    if (!before || one.version > before.version || (one.version === before.version && one.isDeleted))
      products.set(one.productId, one)
  }
  const lines = new Map<string, { sku: string; productId: string; isForSale: boolean }>()
  for (const { productId, skus, isForSale } of products.values())
    for (const sku of skus) lines.set(sku, { sku, productId, isForSale })
  return { products: [...products.values()], lines: [...lines.values()] }
}
