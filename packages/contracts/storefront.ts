// What the storefront promises: the pages that customers see. The gateway forwards them like any other route, and keeps those that are the
// same for everybody.
import { Type } from 'typebox'
import { Bytes, type CacheRule, defineApi, type RouteDefinition } from './define.ts'
import { Opaque, SearchText } from './text.ts'

/** The languages of the pages; the first one is the default. Each has its texts in apps/storefront/src/texts. */
export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

const page = { method: 'GET', access: 'anyone', priority: 'browse', hidden: true, reply: Bytes } as const
const html = { ...page, securityPolicy: 'page' } as const
/** Redirects, and pages that say what is wrong. */
const otherStatuses = [301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503] as const
const keep = (seconds: number, dropOn: CacheRule['dropOn']) =>
  ({ ...html, otherStatuses, cache: { seconds, dropOn, isMadeOfAnswers: true } }) as const
/** A page tells how much is left, so it is asked for again soon. */
const goods = keep(5, ['products', 'inventory'])
/** The gateway's router takes no other word there. */
const inLanguage = `/:language(${languages.join('|')})` as const
const text = Opaque({ maxLength: 500 })
const byLanguage = Type.Object({ language: text })
const bySlug = Type.Object({ language: text, slug: text })
/** What people type stands there, too: nothing is refused. */
const word = Type.Optional(SearchText({ maxLength: 300 }))
/** Fields that a page does not know are left out, because links carry the marks of those who count clicks. */
const anyOther = { additionalProperties: true }
/** What stands for the `*` of a file's path. */
const byPath = Type.Object({ '*': text })
const filters = {
  q: word,
  page: word,
  sort: word,
  min: word,
  max: word,
  exact: word,
  attribute: Type.Optional(Type.Array(SearchText({ maxLength: 241 }), { maxItems: 20 })),
}
/** What stands for the `*` of personal pages, of forms and of files. */
const personal = languages.flatMap((language) => [`${language}/*`])
const visitorHeaders = ['cookie', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'] as const
const personalPage = {
  ...html,
  priority: 'checkout',
  otherStatuses,
  headers: visitorHeaders,
  deadlineSeconds: 12,
} as const

export const storefrontApi = defineApi('storefront', 'The shop front: pages for customers.', {
  root: { ...html, path: '/', otherStatuses, summary: 'Leads to the home page in the language of the shop' },
  home: { ...goods, path: inLanguage, params: byLanguage, summary: 'The home page' },
  category: {
    ...goods,
    path: `${inLanguage}/c/:slug`,
    params: bySlug,
    query: Type.Object(filters, anyOther),
    summary: 'A category with its filters',
  },
  search: {
    ...goods,
    path: `${inLanguage}/search`,
    params: byLanguage,
    query: Type.Object({ ...filters, category: word }, anyOther),
    summary: 'What a search finds',
  },
  product: {
    ...goods,
    path: `${inLanguage}/p/:slug`,
    params: bySlug,
    query: Type.Object({ sku: word, country: word, added: word, left: word, asked: word }, anyOther),
    summary: 'A product',
    about:
      'sku names the variant that is chosen, country that of delivery. added, left and asked tell what a form has just done, so that the page stays the same for everybody.',
  },
  info: {
    ...keep(300, []),
    path: `${inLanguage}/info/:slug`,
    params: bySlug,
    summary: 'Imprint, privacy, terms and the like',
  },
  script: {
    ...page,
    path: '/_astro/*',
    rest: ['*'],
    params: byPath,
    otherStatuses: [404],
    cache: { seconds: 3_600, dropOn: [] },
    summary: 'Scripts, styles and fonts. Their names change with their content',
  },
  file: {
    ...page,
    path: '/files/*',
    rest: ['*'],
    params: byPath,
    otherStatuses: [404],
    cache: { seconds: 300, dropOn: [] },
    summary: 'Files with lasting names: icons and pictures of the shop',
  },
  robots: {
    ...page,
    path: '/robots.txt',
    cache: { seconds: 300, dropOn: [] },
    summary: 'What search engines may read',
  },
  serviceWorker: {
    ...page,
    path: '/sw.js',
    otherStatuses: [404],
    cache: { seconds: 60, dropOn: [] },
    summary: 'The script that receives push messages',
  },
  sitemapIndex: {
    ...page,
    path: '/sitemap.xml',
    otherStatuses,
    cache: { seconds: 300, dropOn: ['products'], isMadeOfAnswers: true },
    summary: 'The parts of the site map',
  },
  sitemap: {
    ...page,
    path: '/sitemaps/:part',
    params: Type.Object({ part: text }),
    otherStatuses,
    deadlineSeconds: 12,
    cache: { seconds: 300, dropOn: ['products'], isMadeOfAnswers: true },
    summary: 'A part of the site map',
  },
  feed: {
    ...page,
    path: '/feeds/:name',
    params: Type.Object({ name: text }),
    otherStatuses,
    deadlineSeconds: 12,
    cache: { seconds: 300, dropOn: ['products', 'inventory'] },
    summary: 'The goods for the search engines of merchants',
  },
  orderLink: {
    ...html,
    path: '/orders/:id',
    params: Type.Object({ id: text }),
    otherStatuses,
    summary: 'The link in mails about an order; it leads to its page',
  },
  page: { ...personalPage, path: '/*', rest: personal, summary: 'All other pages: cart, checkout, account' },
  form: {
    ...personalPage,
    method: 'POST',
    path: '/*',
    rest: [...personal, '_actions/*'],
    body: Bytes,
    ownPagesOnly: true,
    summary: 'The forms of all pages',
  },
} as const satisfies Record<string, RouteDefinition>)
