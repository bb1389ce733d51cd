// A part of the site map: the pages (home, categories, information), or the products after an id.
import { languages } from '@souk/contracts/storefront'
import type { APIRoute } from 'astro'
import { isAway } from '../../shop/failures.ts'
import { infoSlugs } from '../../shop/info-pages.ts'
import type { Shop } from '../../shop/shop.ts'
import { entriesOf, slugsAfter } from '../../shop/site-map.ts'
import { noAnswer, xmlResponse } from '../../shop/xml.ts'

const partName = /^products(?:-([0-9a-f-]{36}))?\.xml$/

export const GET: APIRoute = async ({ url, params: { part = '' }, locals: { shop } }) => {
  const products = partName.exec(part)
  if (!products && part !== 'pages.xml') return new Response('Not found.\n', { status: 404 })
  try {
    const entries = products ? await productEntries(shop, products[1], url) : await pageEntries(shop, url)
    return xmlResponse(
      `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${entries.join('\n')}\n</urlset>`,
    )
  } catch (error) {
    if (isAway(error)) return noAnswer()
    throw error
  }
}

async function productEntries(shop: Shop, after: string | undefined, url: URL): Promise<string[]> {
  const { items } = await slugsAfter(shop, after)
  return items.map(({ slug, updatedAt }) => entriesOf(`/p/${slug}`, url, updatedAt))
}

async function pageEntries(shop: Shop, url: URL): Promise<string[]> {
  const { items } = await shop.products.listCategories({ query: {} })
  const paths = [
    '',
    ...items.map(({ slug }) => `/c/${slug}`),
    ...infoSlugs(languages[0]).map((slug) => `/info/${slug}`),
  ]
  return [...paths, '/withdraw'].map((path) => entriesOf(path, url))
}
