// Aggregates: what one screen needs, from several services, in one call. What a screen is about must be there; every other part
// may be missing and is then named, so that a slow or broken service leaves a gap and not an error.
import { gatewayApi } from '@souk/contracts/gateway'
import { inventoryApi } from '@souk/contracts/inventory'
import { productsApi } from '@souk/contracts/products'
import { handle, refuse } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { optionalParts, readPart } from './parts.ts'

const newestCount = 12
const maxSkus = 100
const products = productsApi.routes

export const homePage = handle(
  gatewayApi.routes.homePage,
  async ({ query }, { resources, deadline }: GatewayContext) => {
    const { optional, missing } = optionalParts(deadline)
    const [categories, newest] = await Promise.all([
      optional('categories', readPart(resources, products.listCategories, {}, { language: query.language })),
      optional('newest', readPart(resources, products.list, {}, { sort: 'newest', limit: newestCount, ...query })),
    ])
    return { categories: categories?.items, newest: newest?.items, missing }
  },
)

export const productPage = handle(
  gatewayApi.routes.productPage,
  async ({ params, query }, { resources, deadline }: GatewayContext) => {
    const { optional, missing } = optionalParts(deadline)
    const productAndAvailability = async () => {
      const product = await readPart(resources, products.read, params, query)
      const sku = product.variants.slice(0, maxSkus).map((variant) => variant.sku)
      const availability =
        sku.length > 0
          ? optional('availability', readPart(resources, inventoryApi.routes.availability, {}, { sku }))
          : { items: [] }
      return { product, availability: (await availability)?.items }
    }
    const [shown, related] = await Promise.all([
      productAndAvailability(),
      optional('related', readPart(resources, products.related, params, query)),
    ])
    return { ...shown, related: related?.items, missing }
  },
)

export const categoryPage = handle(
  gatewayApi.routes.categoryPage,
  async ({ params, query }, { resources, deadline }: GatewayContext) => {
    const { optional, missing } = optionalParts(deadline)
    const [found, { items: categories }] = await Promise.all([
      optional('products', readPart(resources, products.list, {}, { category: params.slug, facets: true, ...query })),
      readPart(resources, products.listCategories, {}, { language: query.language }),
    ])
    const category =
      categories.find((one) => one.slug === params.slug) ??
      categories.find((one) => one.formerSlugs?.includes(params.slug))
    if (!category) refuse(gatewayApi.routes.categoryPage, 'not-found', 'There is no such category.')
    const children = categories.filter((one) => one.parentSlug === category.slug)
    return { category, children, products: found, missing }
  },
)
