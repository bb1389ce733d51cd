// GET /v1/feed/products and /v1/feed/slugs: all published products by id, for feeds, sitemaps and other copies of the catalog.
import { productsApi } from '@souk/contracts/products'
import { handle } from '@souk/service'
import type { ProductsContext } from '../context.ts'
import { atMost } from '../listing/cursors.ts'
import { findProducts, productOf } from './product.ts'

const { feed: feedRoute, feedSlugs: slugsRoute } = productsApi.routes

const beforeAll = '00000000-0000-0000-0000-000000000000'

export const feed = handle(feedRoute, async ({ query }, { sql, settings }: ProductsContext) => {
  const { after = beforeAll, limit = 50, currency = settings.currency, language = settings.textLanguage } = query
  const page = sql`
    p.id = any(array(
      select page.id
      from (
        select one.id
        from product one
        where one.id > ${after}::uuid and one.status = 'published'
        order by one.id
        ${atMost(100)}
      ) as page
      limit ${limit}))`
  const products = await findProducts(sql, page, language)
  products.sort((a, b) => (a.id < b.id ? -1 : 1))
  const items = products.map((product) => productOf(product, { currency, language, own: settings.textLanguage }))
  return { items, nextAfter: items.length === limit ? items.at(-1)?.id : undefined }
})

export const feedSlugs = handle(slugsRoute, async ({ query }, { sql }: ProductsContext) => {
  const { after = beforeAll, limit = 1_000 } = query
  const items = await sql<{ id: string; slug: string; updatedAt: string }>`
    select page.id, page.slug, page.updated_at
    from (
      select id, slug, updated_at
      from product
      where id > ${after}::uuid and status = 'published'
      order by id
      ${atMost(1_000)}
    ) as page
    limit ${limit}`
  return { items, nextAfter: items.length === limit ? items.at(-1)?.id : undefined }
})
