// The addresses of the pages, in one place: relative to the site, with the language in front.
import type { Language } from '@souk/contracts/storefront'

/** The addresses of the pages in a language. */
export function linksIn(language: Language) {
  const to = (path: string) => `/${language}${path}`
  return {
    home: to(''),
    category: (slug: string) => to(`/c/${slug}`),
    product: (slug: string, sku?: string) => to(`/p/${slug}${sku ? `?sku=${encodeURIComponent(sku)}` : ''}`),
    search: (query?: string) => to(`/search${query ? `?q=${encodeURIComponent(query)}` : ''}`),
    cart: to('/cart'),
    checkout: (step: 'contact' | 'delivery' | 'payment' | 'review' | 'bank') => to(`/checkout/${step}`),
    order: (id: string) => to(`/orders/${id}`),
    track: to('/track'),
    withdraw: to('/withdraw'),
    account: (page = '') => to(`/account${page && `/${page}`}`),
    info: (page: string) => to(`/info/${page}`),
  }
}
/** The sign-in, which leads back to this path. */
export function signInFor(language: Language, path: string): string {
  return `${linksIn(language).account('sign-in')}?${new URLSearchParams({ to: path })}`
}
export type Links = ReturnType<typeof linksIn>

/** The same page in another language: the path with the other language in front, also of one that we do not have; and the query as it is. */
export function inLanguage(url: URL, language: Language): string {
  const [, first, ...rest] = url.pathname.split('/')
  const path = /^[a-z]{2}$/.test(first ?? '') ? rest : [first, ...rest]
  return `/${[language, ...path].filter(Boolean).join('/')}${url.search}`
}
