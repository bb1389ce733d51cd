// The index of the site map's parts.
import type { APIRoute } from 'astro'
import { isAway } from '../shop/failures.ts'
import { slugsAfter } from '../shop/site-map.ts'
import { noAnswer, xmlResponse } from '../shop/xml.ts'

export const GET: APIRoute = async ({ url, locals: { shop } }) => {
  const parts = ['pages.xml', 'products.xml']
  try {
    let { next } = await slugsAfter(shop, undefined)
    while (next) {
      parts.push(`products-${next}.xml`)
      next = (await slugsAfter(shop, next)).next
    }
  } catch (error) {
    if (isAway(error)) return noAnswer()
    throw error
  }
  const entries = parts.map((name) => `<sitemap><loc>${new URL(`/sitemaps/${name}`, url).href}</loc></sitemap>`)
  return xmlResponse(
    `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('\n')}\n</sitemapindex>`,
  )
}
