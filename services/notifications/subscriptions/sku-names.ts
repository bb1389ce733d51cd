// Our own copy of what is for sale, by SKU: what stock alerts wait for, and how letters name it. Fed by messages of products.
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { json, type Sql } from '@souk/postgres'
import { on } from '@souk/service'

export interface SkuName {
  sku: string
  slug: string
  title: string
}

/** What a SKU is called; undefined when it is not for sale. */
export async function nameOfSku(sql: Sql, sku: string): Promise<SkuName | undefined> {
  const [name] = await sql<SkuName>`select sku, slug, title from sku_name where sku = ${sku} and is_for_sale`
  return name
}

export const rememberNames = on([ProductChanged], async (product, { sql }) => {
  const names = product.variants.map(({ sku, title }) => ({
    sku,
    title: title && title !== product.title ? `${product.title}, ${title}` : product.title,
  }))
  await sql`
    with newer as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version < excluded.version
      returning product_id
    ), dropped as (
      update sku_name set is_for_sale = false
      where product_id = (select product_id from newer)
        and not sku = any(${names.map(({ sku }) => sku)}::text[])
    )
    insert into sku_name (sku, product_id, slug, title, is_for_sale)
    select v.sku, newer.product_id, ${product.slug}, v.title, ${product.status === 'published'}
    from newer, json_to_recordset(${json(names)}::json) as v (sku text, title text)
    on conflict (sku) do update set
      product_id = excluded.product_id, slug = excluded.slug, title = excluded.title, is_for_sale = excluded.is_for_sale`
})

export const forgetNames = on([ProductDeleted], async (product, { sql }) => {
  await sql`
    with newer as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version <= excluded.version
      returning product_id
    )
    update sku_name set is_for_sale = false
    where product_id = (select product_id from newer)`
})
