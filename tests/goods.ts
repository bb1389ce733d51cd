// A handful of goods, put in as the shop's staff would: products, and their stock in the warehouse `main`.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { inventoryApi } from '@souk/contracts/inventory'
import { productsApi } from '@souk/contracts/products'
import type { Running } from '@souk/service'
import { awaitReaders } from '../seed/await-readers.ts'
import { clientAs, seedStaff } from '../seed/store-goods.ts'

export interface Good {
  sku: string
  cents: number
  quantity: number
}

/** Returns when the orders service knows them too. */
export async function putGoods(running: Running, goods: readonly Good[]): Promise<void> {
  await clientAs(running, productsApi, seedStaff).createMany({
    body: {
      products: goods.map(({ sku, cents }) => ({
        id: randomUUIDv7(),
        slug: `good-${sku.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
        title: `Good ${sku}`,
        status: 'published' as const,
        variants: [{ sku, prices: [{ amount: cents, currency: 'EUR' }], weightGrams: 500 }],
      })),
    },
  })
  await stockUp(running, goods)
  await awaitReaders(running)
}

export async function stockUp(
  running: Pick<Running, 'serviceCalls'>,
  goods: readonly Pick<Good, 'sku' | 'quantity'>[],
): Promise<void> {
  const movements = goods
    .filter((good) => good.quantity > 0)
    .map(({ sku, quantity }) => ({ sku, quantity, location: 'main', kind: 'received' as const, reason: 'Delivery' }))
  if (movements.length === 0) return
  await clientAs(running, inventoryApi, seedStaff).moveMany({
    body: { movements },
    headers: { 'idempotency-key': randomUUID() },
  })
}
