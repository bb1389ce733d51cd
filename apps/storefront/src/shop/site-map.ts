// The parts of the site map: one of pages, and one for each run of products. A run begins after an id, so that no product is in two parts
// or in none, however the catalog changes meanwhile.
import { type Language, languages } from '@souk/contracts/storefront'
import { inLanguage } from './links.ts'
import type { Shop } from './shop.ts'
import { xmlText } from './xml.ts'

const slugsPerRequest = 1_000
/** Two languages make 20,000 addresses, of 50,000 at most, and a file of about 6 MB, of 50 MB at most. */
const requestsPerPart = 10
export type Slug = Awaited<ReturnType<Shop['products']['feedSlugs']>>['items'][number]

/** The slugs after an id that make one part, and where the next one begins. */
export async function slugsAfter(shop: Shop, after: string | undefined): Promise<{ items: Slug[]; next?: string }> {
  const items: Slug[] = []
  let next = after
  for (let requests = 0; requests < requestsPerPart; requests++) {
    const page = await shop.products.feedSlugs({ query: { after: next, limit: slugsPerRequest } })
    items.push(...page.items)
    next = page.nextAfter
    if (!next) return { items }
  }
  return { items, next }
}

/** The entry of a page in each language, each naming all of them. `path`: without the language. */
export function entriesOf(path: string, url: URL, updatedAt?: string): string {
  const address = (language: Language) =>
    xmlText(new URL(inLanguage(new URL(`/${languages[0]}${path}`, url), language), url).href)
  const alternates = [...languages.map((one) => [one, address(one)]), ['x-default', address(languages[0])]]
    .map(([name, href]) => `<xhtml:link rel="alternate" hreflang="${name}" href="${href}"/>`)
    .join('')
  const changed = updatedAt ? `<lastmod>${updatedAt.slice(0, 10)}</lastmod>` : ''
  return languages.map((one) => `<url><loc>${address(one)}</loc>${changed}${alternates}</url>`).join('\n')
}
