// Our own copy of what is for sale and at which price, so that pricing a cart asks nobody.
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { json, type Sql, type Statement } from '@souk/postgres'
import { on } from '@souk/service'
import type { OrdersContext } from '../context.ts'

export interface PricedSku {
  sku: string
  slug: string
  title: string
  variantTitle: string
  prices: { amount: number; currency: string }[]
  weightGrams: number
  image: string | null
  status: 'draft' | 'published' | 'gone'
}

/**
 * The rows of some SKUs as one JSON value, to be a column of another statement. `skus` is an array: with `in (select ...)`
 * PostgreSQL would expect many SKUs and keep a plan that reads the whole list.
 */
export function pricesAsJson(sql: Sql, skus: Statement): Statement {
  return sql`
    (select coalesce(json_agg(json_build_object(
        'sku', p.sku, 'slug', p.slug, 'title', p.title, 'variantTitle', p.variant_title,
        'prices', p.prices, 'weightGrams', p.weight_grams, 'image', p.image, 'status', p.status)), '[]')
      from price_list p
      where p.sku = any(${skus}))`
}
/** The version of the whole list, to be a column beside them. */
export function pricesVersion(sql: Sql): Statement {
  return sql`(select version from price_list_version)`
}
function countedChange(sql: Sql): Statement {
  return sql`counted as (update price_list_version set version = version + 1 where exists (select from heard))`
}
/** The SKUs in the body of a cart. */
export function skusIn(sql: Sql): Statement {
  return sql`array(select line ->> 'sku' from json_array_elements(cart.body -> 'lines') as line)`
}

/** SKUs that the product no longer has are gone; a SKU that moved here from another product is taken over. */
export const rememberPrices = on([ProductChanged], async (product, { sql }, _context: OrdersContext) => {
  const skus = product.variants.map((variant) => variant.sku)
  await sql`
    with heard as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version < excluded.version
      returning product_id
    ), dropped as (
      update price_list set status = 'gone'
      where product_id = (select product_id from heard) and not sku = any(${skus}::text[])
    ), ${countedChange(sql)}
    insert into price_list (sku, product_id, slug, title, variant_title, prices, weight_grams, image, status)
    select v.sku, heard.product_id, ${product.slug}, ${product.title}, v.title, v.prices, v."weightGrams",
      ${product.image}, ${product.status}
    from heard, json_to_recordset(${json(product.variants)}::json)
      as v (sku text, title text, prices json, "weightGrams" integer)
    on conflict (sku) do update set
      product_id = excluded.product_id, slug = excluded.slug, title = excluded.title,
      variant_title = excluded.variant_title, prices = excluded.prices, weight_grams = excluded.weight_grams,
      image = excluded.image, status = excluded.status`
})

export const forgetPrices = on([ProductDeleted], async (product, { sql }, _context: OrdersContext) => {
  await sql`
    with heard as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version <= excluded.version
      returning product_id
    ), ${countedChange(sql)}
    update price_list set status = 'gone'
    where product_id = (select product_id from heard)`
})
