// `npm run redrive`: a service that is deployed after others learns what they did before it came.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { ProblemError } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { openTransport } from '@souk/messaging'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog } from '@souk/service'
import { anonymous, eventually, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { orders } from '../services/orders/service.ts'
import { products } from '../services/products/service.ts'

const yesterday = new Date(Date.now() - 86_400_000).toISOString()
let busUrl: string
let shops: { products: TestShop; orders: TestShop }
before(async () => {
  busUrl = await createDatabase()
  const start = async (service: Parameters<typeof startForTest>[0][number]) =>
    startForTest([service], { transport: await openTransport({ url: busUrl, log: makeLog({ level: 'silent' }) }) })
  const first = await start(products)
  const { createMany } = first.as(productsApi, staff)
  await createMany({ body: { products: ['MUG', 'TEA'].map(aProduct) } })
  await first.settle()
  shops = { products: first, orders: await start(orders) }
})
after(async () => {
  await shops.orders.stop()
  await shops.products.stop()
  await dropDatabase(busUrl)
})

function aProduct(sku: string) {
  return {
    title: sku,
    status: 'published' as const,
    variants: [{ sku, prices: [{ amount: 900, currency: 'EUR' }], weightGrams: 100 }],
  }
}
async function redrive(...words: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'redrive.ts'), ...words], {
    env: {
      ...process.env,
      PRODUCTS_DATABASE_URL: shops.products.database('products').url,
      BUS_DATABASE_URL: busUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said: said.trim(), complaint: complaint.trim(), code }
}
async function isForSale(): Promise<boolean> {
  const lines = ['MUG', 'TEA'].map((sku) => ({ sku, quantity: 1 }))
  const { putCart } = shops.orders.as(ordersApi, anonymous)
  try {
    return (await putCart({ params: { id: randomUUID() }, body: { lines } })).problems.length === 0
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'sku-unknown') return false
    throw error
  }
}
async function heard(): Promise<number> {
  const [row] = await shops.orders.database('orders').sql<{ version: number }>`
    select max(version) as version from price_list`
  return row?.version ?? 0
}

test('orders that come after the products sell them once their messages are sent again', async () => {
  assert.equal(await isForSale(), false)
  const none = await redrive('products', '--since', '2020-01-01', '--until', '2020-01-02')
  assert.equal(none.said, 'products has sent 0 messages again.')
  const other = await redrive('products', '--since', yesterday, '--type', 'products.product-deleted')
  assert.equal(other.said, 'products has sent 0 messages again.')
  const { said, code } = await redrive('products', '--since', yesterday, '--type', 'products.product-changed')
  assert.deepEqual([said, code], ['products has sent 2 messages again.', 0])
  await eventually('the goods are for sale', isForSale)
})

test('who had them already ignores them', async () => {
  await shops.orders.settle()
  const before = await heard()
  assert.equal((await redrive('products', '--since', yesterday)).said, 'products has sent 2 messages again.')
  await shops.orders.settle()
  assert.equal(await heard(), before)
})

test('what was sent longer ago than is kept is told as it is now', async () => {
  await shops.products.database('products').sql`delete from outbox_sent`
  await shops.orders.database('orders').sql`delete from price_list`
  await shops.orders.database('orders').sql`delete from product_heard`
  assert.equal((await redrive('products', '--since', yesterday)).said, 'products has sent 0 messages again.')
  assert.equal((await redrive('products', '--present')).said, 'products tells of 2 products as they are now.')
  await eventually('the goods are for sale', isForSale)
})

test('what cannot be sent again is told in a sentence', async () => {
  for (const words of [
    [],
    ['bus', '--since', yesterday],
    ['products'],
    ['products', '--since', 'recently'],
    ['orders', '--present'],
    ['products', '--since', yesterday, '--present'],
    ['products', '--since', yesterday, '--type', 'products.unknown'],
    ['products', '--from', yesterday],
  ]) {
    const { said, complaint, code } = await redrive(...words)
    assert.deepEqual([said, code], ['', 1], words.join(' '))
    assert.match(complaint, /^Usage: npm run redrive -- products --since 2026-11-20/)
  }
})
