// What the gateway adds of its own: pages that gather what one screen needs from several services in one call.
import { Type } from 'typebox'
import { Currency, Slug } from './basics.ts'
import { defineApi, Shape } from './define.ts'
import { Availability } from './inventory.ts'
import { Category, Product, ProductCard, ProductList, ProductSort } from './products.ts'

const missing = Type.Array(Type.String(), {
  description: 'Parts that could not be had just now; the page stands without them.',
})
const browse = { method: 'GET', access: 'anyone', priority: 'browse' } as const
const currency = { currency: Type.Optional(Currency) }

export const gatewayApi = defineApi('gateway', 'The one public door; aggregates for whole screens.', {
  homePage: {
    ...browse,
    path: '/v1/pages/home',
    summary: 'What the home page needs',
    query: Shape(currency),
    reply: Shape({
      categories: Type.Optional(Type.Array(Category)),
      newest: Type.Optional(Type.Array(ProductCard)),
      missing,
    }),
  },
  productPage: {
    ...browse,
    path: '/v1/pages/product/:slug',
    summary: 'What a product page needs',
    params: Shape({ slug: Slug }),
    query: Shape(currency),
    reply: Shape({
      product: Product,
      availability: Type.Optional(Type.Array(Availability)),
      related: Type.Optional(Type.Array(ProductCard)),
      missing,
    }),
  },
  categoryPage: {
    ...browse,
    path: '/v1/pages/category/:slug',
    summary: 'What a category page needs',
    params: Shape({ slug: Slug }),
    query: Shape({
      ...currency,
      cursor: Type.Optional(Type.String({ maxLength: 400 })),
      sort: Type.Optional(ProductSort),
    }),
    reply: Shape({ category: Category, children: Type.Array(Category), products: Type.Optional(ProductList), missing }),
    refusals: { 'invalid-cursor': 400 },
  },
})
