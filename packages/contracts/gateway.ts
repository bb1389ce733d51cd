// What the gateway adds of its own: aggregates, which read what one screen needs from several services in one call, and the
// site, which is its pages and documents for developers.
import { Type } from 'typebox'
import { Currency, Slug } from './basics.ts'
import { Bytes, defineApi, Shape } from './define.ts'
import { Availability } from './inventory.ts'
import { Language } from './product-parts.ts'
import { Category, listFilters, Product, ProductCard, ProductList } from './products.ts'
import { Opaque } from './text.ts'

const missing = Type.Array(Type.String(), {
  description: 'Parts that could not be read just now; the page can be shown without them.',
})
const browse = { method: 'GET', access: 'anyone', priority: 'browse' } as const
// Aggregates hold availability, so they are kept for a moment only.
const aggregate = { ...browse, cache: { seconds: 0.5, dropOn: ['products'], mayBeStale: false } } as const
const site = { ...browse, hidden: true, reply: Bytes } as const
// Written from the contracts, so they stay the same while the gateway runs.
const document = { ...site, cache: { seconds: 3_600, dropOn: [] } } as const
const shown = { currency: Type.Optional(Currency), language: Type.Optional(Language) }

export const gatewayApi = defineApi('gateway', 'The public entry to all services, and aggregates for whole screens.', {
  homePage: {
    ...aggregate,
    path: '/v1/pages/home',
    summary: 'What the home page needs',
    query: Shape(shown),
    reply: Shape({
      categories: Type.Optional(Type.Array(Category)),
      newest: Type.Optional(Type.Array(ProductCard)),
      missing,
    }),
  },
  productPage: {
    ...aggregate,
    path: '/v1/pages/product/:slug',
    summary: 'What a product page needs',
    params: Shape({ slug: Slug }),
    query: Shape(shown),
    reply: Shape({
      product: Product,
      availability: Type.Optional(Type.Array(Availability)),
      related: Type.Optional(Type.Array(ProductCard)),
      missing,
    }),
  },
  categoryPage: {
    ...aggregate,
    path: '/v1/pages/category/:slug',
    summary: 'What a category page needs',
    about: 'Its list has facets, and takes the filters, sorting and pages of /v1/products.',
    params: Shape({ slug: Slug }),
    query: Shape({
      ...shown,
      ...listFilters,
      cursor: Type.Optional(Opaque({ maxLength: 400 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    }),
    reply: Shape({ category: Category, children: Type.Array(Category), products: Type.Optional(ProductList), missing }),
    refusals: { 'invalid-cursor': 400, 'invalid-page': 400 },
  },

  front: {
    ...site,
    sameForEverybody: true,
    path: '/developers',
    securityPolicy: 'page',
    summary: 'What is running, and where to go from here',
  },
  docs: { ...document, path: '/docs', securityPolicy: 'page', summary: 'The API reference' },
  openapi: { ...document, path: '/openapi.json', summary: 'The public routes as OpenAPI' },
  asyncapi: { ...document, path: '/asyncapi.json', summary: 'The messages between services as AsyncAPI' },
})
