// What the tests of this service share: a shop of one service, and products to put into it.
import { randomUUID } from 'node:crypto'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import { anonymous, staff, startForTest } from '@souk/service/fixture'
import { products } from './service.ts'

export async function openCatalog() {
  const shop = await startForTest([products])
  return { ...shop, staff: shop.as(productsApi, staff), public: shop.as(productsApi, anonymous) }
}
export type Catalog = Awaited<ReturnType<typeof openCatalog>>

/** A product that is like no other; what matters to a test is given. */
export function aProduct(more: Partial<ProductInput> = {}): ProductInput {
  const sku = `T-${randomUUID().slice(0, 13)}`
  return {
    title: `Thing ${sku}`,
    status: 'published',
    variants: [{ sku, prices: [{ amount: 1900, currency: 'EUR' }] }],
    ...more,
  }
}

export function euros(amount: number) {
  return [{ amount, currency: 'EUR' }]
}
