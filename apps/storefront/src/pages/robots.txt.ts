// What search engines may read: everything but filters and sorting, which have endless addresses and nothing new on them. Pages that are one
// visitor's own say noindex themselves, which an engine can only learn by reading them.
import type { APIRoute } from 'astro'

const fields = ['sort', 'min', 'max', 'exact', 'attribute']

export const GET: APIRoute = ({ url }) => {
  const lines = [
    'User-agent: *',
    ...fields.flatMap((field) => [`Disallow: /*?${field}=`, `Disallow: /*&${field}=`]),
    'Disallow: /orders/',
    'Disallow: /v1/',
    'Allow: /v1/images/',
    '',
    `Sitemap: ${new URL('/sitemap.xml', url).href}`,
    '',
  ]
  return new Response(lines.join('\n'), { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
