// Puts goods into a shop through the services' own routes, as its staff would. Every id is derived from a name, so that a
// seed that was interrupted can simply run again.
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Api, type ClientOf, makeClient, ProblemError } from '@souk/contracts'
import { inventoryApi } from '@souk/contracts/inventory'
import { productsApi } from '@souk/contracts/products'
import { newTrace } from '@souk/messaging'
import { type Caller, Refusal, type Running } from '@souk/service'
import type { SeedCategory, SeedProduct } from './seed-product.ts'

export const seedStaff: Caller = { service: 'gateway', role: 'staff', userId: idOf('seed staff') }

/**
 * A client that calls the services of this process as somebody. What a busy shop has no time for (503, 504) is asked again,
 * where that is harmless: it may have been done all the same.
 */
export function clientAs<A extends Api>(running: Pick<Running, 'serviceCalls'>, api: A, caller: Caller): ClientOf<A> {
  return makeClient(api, async (route, input) => {
    const body = input.body === undefined || input.body instanceof Uint8Array ? input.body : JSON.stringify(input.body)
    const isHarmlessAgain = route.method !== 'POST' || input.headers?.['idempotency-key'] !== undefined
    for (let triesLeft = isHarmlessAgain ? 4 : 0; ; triesLeft--) {
      try {
        const request = { ...input, caller, trace: newTrace(), ip: '127.0.0.1', body }
        const answer = await running.serviceCalls.call(route, request)
        if (!isTooBusy(answer) || triesLeft === 0) return answer
      } catch (error) {
        if (!(error instanceof Refusal && isTooBusy(error)) || triesLeft === 0) throw error
      }
      await pause(500)
    }
  })
}
function isTooBusy({ status }: { status: number }): boolean {
  return status === 503 || status === 504
}

/** Always the same UUID for the same name (version 8: made by a rule of our own). */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(`souk seed ${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export async function putCategories(running: Running, categories: readonly SeedCategory[]): Promise<void> {
  const products = clientAs(running, productsApi, seedStaff)
  const { items } = await products.listCategories({})
  for (const [position, category] of categories.entries()) {
    if (items.some((one) => one.slug === category.slug)) continue
    const { slug, title, description, parent, translations } = category
    await products.createCategory({
      body: { id: idOf(`category ${slug}`), slug, title, description, parentSlug: parent, position, translations },
    })
  }
}

export function inputOf(product: SeedProduct) {
  const { slug, title, description, status, category, attributes, options, variants, legal, keywords, translations } =
    product
  return {
    id: idOf(`product ${slug}`),
    slug,
    title,
    description,
    status,
    categorySlug: category,
    attributes,
    options,
    variants: variants.map(({ sku, options: chosen, prices, weightGrams, measure }) => ({
      sku,
      options: chosen,
      prices,
      weightGrams,
      measure,
    })),
    legal,
    keywords,
    translations,
  }
}

/** Lowers the prices of reduced goods, after they have cost more. Harmless when repeated. */
async function reducePrices(running: Running, batch: readonly SeedProduct[]): Promise<void> {
  const products = clientAs(running, productsApi, seedStaff)
  for (const product of batch) {
    const { reducedPercent } = product
    if (reducedPercent === undefined) continue
    const input = inputOf(product)
    const { variants } = await products.readAny({ params: { id: input.id } })
    if (variants.some((variant) => variant.reduced)) continue
    const lowered = input.variants.map((variant) => ({
      ...variant,
      prices: variant.prices.map(({ amount, currency }) => ({
        amount: Math.round((amount * (100 - reducedPercent)) / 1_000) * 10,
        currency,
      })),
      reduced: true,
    }))
    await products.change({ params: { id: input.id }, body: { variants: lowered } })
  }
}

/** Up to 200 products at once, and what of them lies in the warehouses. Harmless when repeated. */
export async function putProducts(running: Running, batch: readonly SeedProduct[]): Promise<void> {
  const name = `${batch[0]?.slug} ${batch.length}`
  try {
    await clientAs(running, productsApi, seedStaff).createMany({ body: { products: batch.map(inputOf) } })
  } catch (error) {
    const isThere = error instanceof ProblemError && (error.code === 'slug-taken' || error.code === 'sku-taken')
    if (!isThere) throw error
  }
  await reducePrices(running, batch)
  const movements = batch.flatMap((product) =>
    product.variants.flatMap(({ sku, stock }) =>
      Object.entries(stock)
        .filter(([, quantity]) => quantity > 0)
        .map(([location, quantity]) => ({
          sku,
          location,
          kind: 'received' as const,
          quantity,
          reason: 'First delivery',
        })),
    ),
  )
  for (let from = 0; from < movements.length; from += 500) {
    await clientAs(running, inventoryApi, seedStaff).moveMany({
      body: { movements: movements.slice(from, from + 500) },
      headers: { 'idempotency-key': idOf(`delivery ${name} ${from}`) },
    })
  }
}
