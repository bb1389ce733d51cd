// What search engines may read: everything but filters, sorting, and pages that are one visitor's own. A filtered list has endless
// addresses and nothing new on them.
import { languages } from '@souk/contracts/storefront'
import type { APIRoute } from 'astro'

const lists = ['sort', 'min', 'max', 'exact', 'attribute']
const own = ['cart', 'checkout/', 'orders/', 'account', 'track', 'search']

export const GET: APIRoute = ({ url }) => {
  const lines = [
    'User-agent: *',
    ...lists.flatMap((field) => [`Disallow: /*?${field}=`, `Disallow: /*&${field}=`]),
    ...languages.flatMap((language) => own.map((path) => `Disallow: /${language}/${path}`)),
    'Disallow: /orders/',
    'Disallow: /v1/',
    'Allow: /v1/images/',
    '',
    `Sitemap: ${new URL('/sitemap.xml', url).href}`,
    '',
  ]
  return new Response(lines.join('\n'), { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
