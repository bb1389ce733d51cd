// Our own copy of the products and their prices, fed by messages of products, so that pricing a cart needs no call.
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { json, type Sql, type Statement } from '@souk/postgres'
import { on } from '@souk/service'
import { keepFormerPrices } from './former-prices.ts'

export interface PricedSku {
  sku: string
  slug: string
  title: string
  variantTitle: string
  prices: { amount: number; currency: string }[]
  weightGrams: number
  image: string | null
  status: 'draft' | 'published' | 'gone'
  /** There is no right of withdrawal for it. */
  withdrawal?: 'excluded' | null
  /** Grows whenever something else of it changes. */
  version: number
}

/**
 * The prices of some SKUs as one JSON array of PricedSku, for a column of another statement. `skus` is a text array: with
 * `in (select ...)` PostgreSQL would expect many SKUs and keep a plan that reads the whole list.
 */
export function pricesAsJson(sql: Sql, skus: Statement): Statement {
  return sql`
    (select coalesce(json_agg(json_build_object(
        'sku', p.sku, 'slug', p.slug, 'title', p.title, 'variantTitle', p.variant_title,
        'prices', p.prices, 'weightGrams', p.weight_grams, 'image', p.image, 'status', p.status, 'withdrawal', p.withdrawal,
        'version', p.version)), '[]')
      from price_list p
      where p.sku = any(${skus}))`
}
/**
 * The sum of the versions of some SKUs, for a column of another statement. No version ever falls, so two equal sums of the same
 * SKUs mean that none of them has changed. `skus` is a text array.
 */
export function sumOfPriceVersions(sql: Sql, skus: Statement): Statement {
  return sql`(select coalesce(sum(p.version), 0)::bigint from price_list p where p.sku = any(${skus}))`
}
/** The same sum of prices that were read. */
export function versionOfPrices(prices: readonly PricedSku[]): number {
  return prices.reduce((sum, price) => sum + price.version, 0)
}
/** The SKUs in a cart as a text array. `body` is the column that holds the body of the cart. */
export function skusInBody(sql: Sql, body: Statement): Statement {
  return sql`array(select line ->> 'sku' from json_array_elements(${body} -> 'lines') as line)`
}

/** Marks SKUs that the product no longer has as gone, and takes over a SKU that another product had before. */
export const rememberPrices = on([ProductChanged], async (product, { sql }, { now }: { now: () => Date }) => {
  const skus = product.variants.map((variant) => variant.sku)
  await sql`
    with newer as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version < excluded.version
      returning product_id
    ), former as (
      ${keepFormerPrices(sql, sql`${json(product.variants)}::json`, sql`newer`, now().toISOString())}
    ), dropped as (
      update price_list set status = 'gone', version = nextval('price_version')
      where product_id = (select product_id from newer) and status <> 'gone' and not sku = any(${skus}::text[])
    )
    insert into price_list (sku, product_id, slug, title, variant_title, prices, weight_grams, image, status, withdrawal)
    select v.sku, newer.product_id, ${product.slug}, ${product.title}, v.title, v.prices, v."weightGrams",
      ${product.image}, ${product.status}, ${product.withdrawal}
    from newer, json_to_recordset(${json(product.variants)}::json)
      as v (sku text, title text, prices json, "weightGrams" integer)
    on conflict (sku) do update set
      product_id = excluded.product_id, slug = excluded.slug, title = excluded.title,
      variant_title = excluded.variant_title, prices = excluded.prices, weight_grams = excluded.weight_grams,
      image = excluded.image, status = excluded.status, withdrawal = excluded.withdrawal,
      version = case when ${isSame(sql)} then price_list.version else nextval('price_version') end`
})

/** True when a message repeats what the list says of a SKU: a new description changes no cart. JSON is compared as text. */
function isSame(sql: Sql): Statement {
  return sql`
    (price_list.product_id, price_list.slug, price_list.title, price_list.variant_title, price_list.prices::text,
      price_list.weight_grams, price_list.image, price_list.status, price_list.withdrawal)
    is not distinct from
    (excluded.product_id, excluded.slug, excluded.title, excluded.variant_title, excluded.prices::text,
      excluded.weight_grams, excluded.image, excluded.status, excluded.withdrawal)`
}

export const forgetPrices = on([ProductDeleted], async (product, { sql }) => {
  await sql`
    with newer as (
      insert into product_heard (product_id, version)
      values (${product.productId}, ${product.version})
      on conflict (product_id) do update set version = excluded.version where product_heard.version <= excluded.version
      returning product_id
    )
    update price_list set status = 'gone', version = nextval('price_version')
    where product_id = (select product_id from newer) and status <> 'gone'`
})
