// A checkout uses the cart as it was cached when it was priced, but only while cart and prices are still the same.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { ProductChanged } from '@souk/contracts/products'
import { eur, type OrdersShop, openShop } from '../fixture.ts'
import { makePricedCartCache, type PricedSnapshot } from './priced-cart-cache.ts'

let shop: OrdersShop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test('a price that changes between cart and checkout is refused, and charged only when the customer has agreed', async () => {
  const sku = await shop.sell('PLATE-1', 1990)
  const cart = await shop.fullCart([{ sku, quantity: 2 }])
  await shop.sell(sku, 2500)
  const { status, problem } = await shop.buy(cart)
  assert.deepEqual([status, problem.code], [409, 'price-changed'])
  const { order } = await shop.buy(cart, { total: 2 * 2500 + 490 })
  assert.equal(order.lines[0]?.unitPrice.amount, 2500)
})

test('checkouts of other goods go on while a product changes all the time', async () => {
  const calm = await shop.sell('PLATE-6', 1990)
  const busy = { productId: randomUUID(), slug: 'busy', status: 'published' as const }
  const variants = [{ sku: 'BUSY', title: '', prices: [eur(100)], weightGrams: 1 }]
  let version = 1
  let isBuying = true
  const changing = (async () => {
    while (isBuying) {
      version++
      await shop.publish(ProductChanged({ ...busy, title: `Busy ${version}`, version, variants }))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const statuses: number[] = []
  for (let round = 0; round < 20; round++) {
    const carts = await Promise.all([1, 2, 3].map((quantity) => shop.fullCart([{ sku: calm, quantity }])))
    for (const { status } of await Promise.all(carts.map((cart) => shop.buy(cart)))) statuses.push(status)
  }
  isBuying = false
  await changing
  await shop.settle()
  assert.deepEqual(new Set(statuses), new Set([201]))
  assert.ok(version > 20)
})

test('a new description of a product does not disturb the checkouts of its cart', async () => {
  const product = { productId: randomUUID(), slug: 'plate-7', title: 'Plate', status: 'published' as const }
  const variants = [{ sku: 'PLATE-7', title: '', prices: [eur(1990)], weightGrams: 1 }]
  await shop.deliver(ProductChanged({ ...product, version: 1, variants }))
  const versionOf = async () => {
    const [row] = await shop.database('orders').sql<{
      version: number
    }>`select version from price_list where sku = 'PLATE-7'`
    return row?.version as number
  }
  const before = await versionOf()
  await shop.deliver(ProductChanged({ ...product, version: 2, variants }))
  assert.equal(await versionOf(), before)
  await shop.deliver(ProductChanged({ ...product, title: 'Plates', version: 3, variants }))
  assert.ok((await versionOf()) > before)
})

test('a cart that another process has changed since it was cached is bought as it is now', async () => {
  const [sku, other] = [await shop.sell('PLATE-2', 1990), await shop.sell('PLATE-3', 1990)]
  const cart = await shop.fullCart([{ sku, quantity: 2 }])
  await shop.database('orders').sql`
    update cart set body = replace(body::text, ${sku}, ${other})::json, version = version + 1 where id = ${cart.id}`
  const { status, order } = await shop.buy(cart)
  assert.equal(status, 201)
  assert.deepEqual(
    order.lines.map((line) => [line.sku, line.quantity]),
    [[other, 2]],
  )
})

test('a cart that was deleted after it was cached is not bought', async () => {
  const cart = await shop.fullCart([{ sku: await shop.sell('PLATE-4', 1990), quantity: 1 }])
  await shop.database('orders').sql`delete from cart where id = ${cart.id}`
  assert.equal((await shop.buy(cart)).problem.code, 'cart-not-found')
})

test('a cached cart is used once, for at most an hour, and the cache holds at most a thousand carts', () => {
  const clock = { time: 1 }
  const carts = makePricedCartCache(() => clock.time)
  const cart = { cartVersion: 1 } as PricedSnapshot
  for (let n = 0; n <= 1_000; n++) carts.keep(`${n}`, cart)
  assert.deepEqual([carts.take('0'), carts.take('1'), carts.take('1')], [undefined, cart, undefined])
  clock.time = 3_600_002
  assert.equal(carts.take('2'), undefined)
})
