// The goods for the search engines of merchants: google.xml, google-de.xml, and where a feed is long, its further parts, to which each
// part has a link. The gateway keeps it until goods or stock change.
import { type Language, languages } from '@souk/contracts/storefront'
import type { APIRoute } from 'astro'
import { isAway } from '../../shop/failures.ts'
import { feedQuery, itemsOf, type Product, soldOut } from '../../shop/google-feed.ts'
import { linksIn } from '../../shop/links.ts'
import type { Shop } from '../../shop/shop.ts'
import { element, noAnswer, xmlResponse, xmlText } from '../../shop/xml.ts'

const feedName = /^google(?:-([a-z]{2}))?(?:-([0-9a-f-]{36}))?\.xml$/
/** So many requests of 100 products make a part: a few seconds of work at most. */
const requestsPerPart = 50

export const GET: APIRoute = async ({ url, params: { name = '' }, locals: { shop, visit } }) => {
  const [found, code = languages[0], after] = feedName.exec(name) ?? []
  const language = languages.find((one) => one === code)
  if (!found || !language) return new Response('Not found.\n', { status: 404 })
  try {
    const { items, next } = await partOf(shop, language, after, url)
    const further = next && new URL(`/feeds/google-${language}-${next}.xml`, url).href
    return xmlResponse(
      [
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>',
        element('title', visit.shopName),
        element('link', new URL(linksIn(language).home, url).href),
        element('description', visit.shopName),
        further ? `<atom:link rel="next" href="${xmlText(further)}"/>` : '',
        ...items,
        '</channel></rss>',
      ].join('\n'),
    )
  } catch (error) {
    if (isAway(error)) return noAnswer()
    throw error
  }
}

async function partOf(shop: Shop, language: Language, after: string | undefined, url: URL) {
  const items: string[] = []
  let next = after
  for (let requests = 0; requests < requestsPerPart; requests++) {
    const page = await shop.products.feed({ query: feedQuery(language, next) })
    const products: readonly Product[] = page.items
    const gone = await soldOut(shop, products)
    for (const product of products) items.push(...itemsOf(product, gone, language, url))
    next = page.nextAfter
    if (!next) break
  }
  return { items, next }
}
