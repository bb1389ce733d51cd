// Whole screens in one call. What a screen is about must be had; every other part may be missing, and is then named, so that
// one slow or broken service leaves a gap and not an error.
import { type Problem, queryOf, type ReplyOf, type Route, type RouteDefinition } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { inventoryApi } from '@souk/contracts/inventory'
import { productsApi } from '@souk/contracts/products'
import { handle, Refusal, refuse } from '@souk/service'
import { readThrough, ruleOf } from '../cache/cached-reads.ts'
import type { GatewayContext } from '../context.ts'

const patienceMs = 1_000
const newestCount = 12
const mostSkus = 100
const products = productsApi.routes
/** Not kept; but pages that are made at the same time share the question. */
const askedNow = { seconds: 0, dropOn: [] }

export const homePage = handle(
  gatewayApi.routes.homePage,
  async ({ query }, { resources, deadline }: GatewayContext) => {
    const { part, missing } = gathering(deadline)
    const [categories, newest] = await Promise.all([
      part('categories', ask(resources, products.listCategories, {}, {})),
      part('newest', ask(resources, products.list, {}, { sort: 'newest', limit: newestCount, ...query })),
    ])
    return { categories: categories?.items, newest: newest?.items, missing }
  },
)

export const productPage = handle(
  gatewayApi.routes.productPage,
  async ({ params, query }, { resources, deadline }: GatewayContext) => {
    const { part, missing } = gathering(deadline)
    const withAvailability = async () => {
      const product = await ask(resources, products.read, params, query)
      const sku = product.variants.slice(0, mostSkus).map((variant) => variant.sku)
      const availability =
        sku.length > 0
          ? part('availability', ask(resources, inventoryApi.routes.availability, {}, { sku }))
          : { items: [] }
      return { product, availability: (await availability)?.items }
    }
    const [shown, related] = await Promise.all([
      withAvailability(),
      part('related', ask(resources, products.related, params, query)),
    ])
    return { ...shown, related: related?.items, missing }
  },
)

export const categoryPage = handle(
  gatewayApi.routes.categoryPage,
  async ({ params, query }, { resources, deadline }: GatewayContext) => {
    const { part, missing } = gathering(deadline)
    const [found, { items: categories }] = await Promise.all([
      part('products', ask(resources, products.list, {}, { category: params.slug, facets: true, ...query })),
      ask(resources, products.listCategories, {}, {}),
    ])
    const category = categories.find((one) => one.slug === params.slug)
    if (!category) refuse(gatewayApi.routes.categoryPage, 'not-found', 'There is no such category.')
    const children = categories.filter((one) => one.parentSlug === params.slug)
    return { category, children, products: found, missing }
  },
)

/** Asks for one part, from memory where the contract allows that. Throws what the service refuses with. */
async function ask<R extends RouteDefinition>(
  resources: GatewayContext['resources'],
  route: Route<R>,
  params: Record<string, unknown>,
  query: Record<string, unknown>,
): Promise<ReplyOf<R>> {
  const anyRoute = route as unknown as Route
  const rule = ruleOf(anyRoute) ?? askedNow
  const read = await readThrough(resources, anyRoute, rule, params, queryOf(query))
  if ('entry' in read) return read.entry.value() as ReplyOf<R>
  const problem = JSON.parse(Buffer.from(read.answer.body as Uint8Array).toString()) as Problem
  throw new Refusal(problem.code, problem.status, problem.detail ?? problem.title)
}

/** Waits a moment for the parts that a page can stand without, and no longer than somebody waits for the page. */
function gathering(deadline: number) {
  const missing: string[] = []
  const part = async <T>(name: string, asked: Promise<T>): Promise<T | undefined> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} took too long.`)), Math.min(patienceMs, deadline - Date.now()))
    })
    try {
      return await Promise.race([asked, late])
    } catch (error) {
      if (error instanceof Refusal && error.status === 400) throw error // The asker's mistake is no gap.
      missing.push(name) // Told to the client; the service and the serviceCalls have logged why.
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
  return { part, missing }
}
