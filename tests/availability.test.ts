// What the public learns about stock, from outside.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { eventually, staff } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  await shop.putGoods(
    { sku: 'MANY', cents: 500, quantity: 50 },
    { sku: 'FEW', cents: 500, quantity: 2 },
    { sku: 'NONE', cents: 500, quantity: 0 },
    { sku: 'DRAFT', cents: 500, quantity: 50 },
    { sku: 'DELETED', cents: 500, quantity: 50 },
  )
  await eventually('the catalog is read', async () => {
    const [row] = await shop.sql('inventory')<{ isDone: boolean }>`select is_done from catalog_fill`
    return row?.isDone === true
  })
})
after(() => shop.stop())

const availabilityOf = async (...skus: string[]) =>
  (await shop.ask('GET', `/v1/availability?${skus.map((sku) => `sku=${sku}`).join('&')}`)).body.items

test('the public learns whether there is stock, and a number only when it is low', async () => {
  assert.deepEqual(await availabilityOf('MANY', 'FEW', 'NONE', 'UNKNOWN'), [
    { sku: 'MANY', status: 'in-stock' },
    { sku: 'FEW', available: 2, status: 'low' },
    { sku: 'NONE', available: 0, status: 'out-of-stock' },
    { sku: 'UNKNOWN', available: 0, status: 'out-of-stock' },
  ])
  const page = await shop.ask('GET', '/v1/pages/product/good-many')
  assert.deepEqual(page.body.availability, [{ sku: 'MANY', status: 'in-stock' }])
})

test('a draft and what was deleted are not in stock, whatever lies on the shelf', async () => {
  const products = shop.test.as(productsApi, staff)
  const idOf = async (sku: string) => (await products.listAll({ query: { q: sku } })).items[0]?.id as string
  await products.change({ params: { id: await idOf('DRAFT') }, body: { status: 'draft' } })
  await products.remove({ params: { id: await idOf('DELETED') } })
  await shop.test.settle()
  assert.deepEqual(await availabilityOf('DRAFT', 'DELETED'), [
    { sku: 'DRAFT', available: 0, status: 'out-of-stock' },
    { sku: 'DELETED', available: 0, status: 'out-of-stock' },
  ])
  await products.change({ params: { id: await idOf('DRAFT') }, body: { status: 'published' } })
  await shop.test.settle()
  assert.deepEqual(await availabilityOf('DRAFT'), [{ sku: 'DRAFT', status: 'in-stock' }])
})

test('a cart still says what is missing, and by how much', async () => {
  const cart = await shop.fillCart({ lines: [{ sku: 'FEW', quantity: 3 }] })
  assert.deepEqual(
    cart.problems.map(({ code }) => code),
    ['not-enough-stock'],
  )
})

test('afterwards every promise holds', () => shop.isSound())
