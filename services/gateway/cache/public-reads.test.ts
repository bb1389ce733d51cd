// Reads of services that share the gateway's process: the same answers as over HTTP, from the same cache.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import type { Route } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { inventoryApi } from '@souk/contracts/inventory'
import { ordersApi } from '@souk/contracts/orders'
import { CategoryChanged, productsApi } from '@souk/contracts/products'
import { usersApi } from '@souk/contracts/users'
import { Refusal } from '@souk/service'
import { startForTest } from '@souk/service/fixture'
import { startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
let title: string
const { list, listCategories } = productsApi.routes
before(async () => {
  shop = await startGateway({
    'products.list': () => ({
      items: [{ id: randomUUID(), slug: 'pot', title, priceFrom: false, variantCount: 1 }],
    }),
    'products.listCategories': () => ({ items: [] }),
    'inventory.availability': () => ({ items: [] }),
  })
})
after(() => shop.stop())
beforeEach(() => {
  title = randomUUID()
  shop.asked.clear()
})
async function read(route: Pick<Route, 'service' | 'name'>, query: Record<string, unknown> = {}) {
  const answer = await shop.running.serviceCalls.readPublic(route, { params: { slug: 'none' }, query })
  assert.ok(answer)
  return { status: answer.status, body: JSON.parse(String(answer.body)) }
}

test('a read in the process and one over HTTP share one answer, until it changes', async () => {
  const q = randomUUID()
  const far = await shop.ask(`/v1/products?q=${q}&limit=5`)
  assert.deepEqual((await read(list, { limit: 5, q })).body, far.body)
  assert.equal(shop.asked.get('products.list'), 1)
  title = randomUUID()
  await shop.publish(CategoryChanged({ categoryId: randomUUID(), slug: 'a' }))
  assert.equal((await read(list, { limit: 5, q })).body.items[0].title, title)
})

test('what is not cached is asked for each time', async () => {
  await read(inventoryApi.routes.availability, { sku: ['A'] })
  await read(inventoryApi.routes.availability, { sku: ['A'] })
  assert.equal(shop.asked.get('inventory.availability'), 2)
})

test('refusals and a service that is down are answers with a code', async () => {
  assert.deepEqual(await read(gatewayApi.routes.categoryPage).then(({ status, body }) => [status, body.code]), [
    404,
    'not-found',
  ])
  const { status, body } = await read(list, { limit: 0 })
  assert.deepEqual([status, body.code], [400, 'invalid-request'])
  const healthy = shop.answers['products.listCategories'] as () => unknown
  shop.answers['products.listCategories'] = () => {
    throw new Refusal('unavailable', 503, 'Down.')
  }
  const down = await read(listCategories, { language: 'de' })
  assert.deepEqual([down.status, down.body.code], [503, 'unavailable'])
  shop.answers['products.listCategories'] = healthy
})

test('what depends on who asks, and what changes something, takes the way over HTTP', () => {
  for (const route of [usersApi.routes.readMe, ordersApi.routes.readCart, ordersApi.routes.putCart])
    assert.equal(shop.running.serviceCalls.readPublic(route, {}), undefined, route.name)
})

test('a process without the gateway has no such way', async () => {
  const apart = await startForTest([])
  assert.equal(apart.running.serviceCalls.readPublic(list, {}), undefined)
  await apart.stop()
})
