// A slug or a SKU belongs to one product. These checks give the clear refusal; the database's constraints decide in the end.
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { refuse } from '@souk/service'

const { create, createMany, change } = productsApi.routes
type WriteRoute = typeof create | typeof createMany | typeof change

/** Refuses slugs under which another product is found at present. A former slug is free. */
export async function refuseTakenSlugs(
  route: WriteRoute,
  sql: Sql,
  products: readonly { id: string; slug?: string }[],
): Promise<void> {
  const wanted = products.filter((product) => product.slug !== undefined)
  if (wanted.length === 0) return
  const [taken] = await sql<{ slug: string; title: string }>`
    select slug, title
    from product
    where slug = any(${wanted.map((product) => product.slug)}::text[])
      and id <> all(${wanted.map((product) => product.id)}::uuid[])
    order by slug
    limit 1`
  if (taken) refuse(route, 'slug-taken', `The slug ${taken.slug} belongs to the product "${taken.title}".`)
}

/** Refuses SKUs that products other than these have; capitals make no difference. */
export async function refuseTakenSkus(
  route: WriteRoute,
  sql: Sql,
  skus: readonly string[],
  ownIds: readonly string[],
): Promise<void> {
  const [taken] = await sql<{ sku: string; title: string }>`
    select v.sku, p.title
    from variant v
    join product p on p.id = v.product_id
    where lower(v.sku) = any(${skus.map((sku) => sku.toLowerCase())}::text[])
      and p.id <> all(${ownIds}::uuid[])
    order by v.sku
    limit 1`
  if (taken) refuse(route, 'sku-taken', `The SKU ${taken.sku} belongs to the product "${taken.title}".`)
}
