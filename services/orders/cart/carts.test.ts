// Carts, tested through their routes, and the copy of the price list that prices them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { anonymous, customer, refusalOf } from '@souk/service/fixture'
import type { OrdersContext } from '../context.ts'
import { address, eur, type OrdersShop, openShop } from '../fixture.ts'
import { forgetCarts } from './forget-carts.ts'

let shop: OrdersShop
let count = 0
/** The shop's clock is this far ahead of the real one. */
let aheadMs = 0
before(async () => {
  shop = await openShop({ now: () => new Date(Date.now() + aheadMs) })
})
after(() => shop.stop())
beforeEach(() => {
  shop.fakes.disturb = () => undefined
})
const newSku = () => `TEA-${++count}`
const readCart = (id: string) => shop.as(ordersApi, anonymous).readCart({ params: { id } })
const put = (id: string, quantity: number, sku: string, version?: number) =>
  shop.as(ordersApi, anonymous).putCart({
    params: { id },
    body: { lines: [{ sku, quantity }] },
    headers: version === undefined ? {} : { 'if-match': `"${version}"` },
  })

test('the server prices a cart, also before the address is known', async () => {
  const sku = await shop.sell(newSku(), 1250, { title: 'Green tea' })
  const cart = await shop.putCart({ lines: [{ sku, quantity: 3 }] })
  assert.equal(cart.currency, 'EUR')
  assert.deepEqual(cart.lines, [
    {
      sku,
      title: 'Green tea',
      quantity: 3,
      unitPrice: eur(1250),
      lineTotal: eur(3750),
      slug: sku.toLowerCase(),
    },
  ])
  assert.deepEqual(cart.totals, {
    subtotal: eur(3750),
    discount: eur(0),
    shipping: eur(0),
    tax: eur(599),
    total: eur(3750),
    taxIncluded: true,
    taxes: [{ rate: 19, tax: eur(599) }],
  })
  assert.deepEqual(
    cart.shippingMethods.map((method) => method.id),
    ['standard', 'express'],
  )
  assert.deepEqual(cart.problems, [])
  assert.deepEqual(await readCart(cart.id), cart)
})

test('the chosen shipping method counts in the total, and so does a tax that is added', async () => {
  const sku = await shop.sell(newSku(), 1000, { weightGrams: 1500 })
  const cart = await shop.fullCart([{ sku, quantity: 2 }], anonymous, {
    shippingAddress: { ...address, region: 'NY', country: 'US' },
    shippingMethod: 'express',
  })
  assert.equal(cart.totals.taxIncluded, false)
  assert.equal(cart.totals.shipping.amount, 3990 + 990)
  assert.equal(cart.totals.tax.amount, 160 + 398)
  assert.equal(cart.totals.total.amount, 2000 + 4980 + 558)
})

test('two lines of one SKU become one line', async () => {
  const sku = await shop.sell(newSku(), 1000)
  const cart = await shop.putCart({
    lines: [
      { sku, quantity: 1 },
      { sku, quantity: 2 },
    ],
  })
  assert.deepEqual([cart.lines.length, cart.lines[0]?.quantity], [1, 3])
  const flood = shop.putCart({
    lines: [
      { sku, quantity: 999 },
      { sku, quantity: 1 },
    ],
  })
  assert.equal((await refusalOf(flood)).code, 'invalid-request')
})

test('two tabs: a tab with an old version is refused; without a version the last write wins', async () => {
  const sku = await shop.sell(newSku(), 1000)
  const id = randomUUID()
  assert.equal((await put(id, 1, sku)).version, 1)
  assert.equal((await put(id, 2, sku, 1)).version, 2)
  assert.equal((await refusalOf(put(id, 3, sku, 1))).code, 'version-conflict')
  assert.equal((await readCart(id)).lines[0]?.quantity, 2)
  assert.equal((await put(id, 4, sku)).version, 3)
  const race = await Promise.allSettled([5, 6, 7].map((quantity) => put(id, quantity, sku, 3)))
  assert.equal(race.filter((one) => one.status === 'fulfilled').length, 1)
  const wrong = shop
    .as(ordersApi, anonymous)
    .putCart({ params: { id }, body: { lines: [] }, headers: { 'if-match': 'x' } })
  assert.equal((await refusalOf(wrong)).code, 'invalid-request')
})

test('a cart shows which SKUs are out of stock or have too few units', async () => {
  const none = await shop.sell(newSku(), 1000, { stock: 0 })
  const few = await shop.sell(newSku(), 1000, { stock: 2, title: 'Oolong' })
  const cart = await shop.putCart({
    lines: [
      { sku: none, quantity: 1 },
      { sku: few, quantity: 3 },
    ],
  })
  assert.deepEqual(
    cart.problems.map(({ code, sku }) => [code, sku]),
    [
      ['out-of-stock', none],
      ['not-enough-stock', few],
    ],
  )
  assert.equal(cart.problems[1]?.message, 'Only 2 of Oolong are left.')
})

test('a cart answers without inventory, whether it fails or hangs', async () => {
  const sku = await shop.sell(newSku(), 1000, { stock: 0 })
  shop.fakes.disturb = () => {
    throw new Error('Inventory is down.')
  }
  assert.deepEqual((await put(randomUUID(), 1, sku)).problems, [])
  shop.fakes.disturb = () => new Promise(() => undefined)
  const slow = await shop.sell(newSku(), 1000, { stock: 0 })
  assert.deepEqual((await put(randomUUID(), 1, slow)).problems, [])
})

test('inventory is asked once for many carts at the same time', async () => {
  const sku = await shop.sell(newSku(), 1000)
  const before = shop.fakes.calls.filter((call) => call === 'stockLevels').length
  await Promise.all(Array.from({ length: 20 }, () => put(randomUUID(), 1, sku)))
  assert.equal(shop.fakes.calls.filter((call) => call === 'stockLevels').length - before, 1)
})

test('a cart shows current prices when a product is published, changed, withdrawn or deleted', async () => {
  const sku = newSku()
  const productId = randomUUID()
  const product = (version: number, amount: number, status: 'draft' | 'published' = 'published', skus = [sku]) =>
    ProductChanged({
      productId,
      slug: 'tea',
      title: 'Tea',
      status,
      version,
      image: '/v1/images/1/small.webp',
      variants: skus.map((one) => ({ sku: one, title: '', prices: [eur(amount)], weightGrams: 100 })),
    })
  await shop.deliver(product(1, 400, 'draft'))
  const { id } = await put(randomUUID(), 1, sku)
  const shown = async () => {
    const { lines, totals, problems } = await readCart(id)
    return [lines[0]?.unitPrice.amount, totals.total.amount, problems[0]?.code]
  }
  assert.deepEqual(await shown(), [0, 0, 'not-for-sale'])
  await shop.deliver(product(2, 500))
  assert.deepEqual(await shown(), [500, 500, undefined])
  await shop.deliver(product(1, 400, 'draft'))
  assert.deepEqual(await shown(), [500, 500, undefined], 'an older version that comes late changes nothing')
  await shop.deliver(product(3, 600), product(3, 600))
  assert.deepEqual(await shown(), [600, 600, undefined])
  await shop.deliver(product(4, 600, 'published', ['OTHER']))
  assert.deepEqual(await shown(), [0, 0, 'not-for-sale'], 'a SKU that the product no longer has is gone')
  await shop.deliver(product(5, 700))
  assert.deepEqual(await shown(), [700, 700, undefined])
  await shop.deliver(product(6, 700, 'draft'))
  assert.deepEqual(await shown(), [0, 0, 'not-for-sale'])
  await shop.deliver(product(7, 800))
  await shop.deliver(ProductDeleted({ productId, slug: 'tea', version: 8, skus: [sku] }))
  await shop.deliver(product(7, 800))
  assert.deepEqual(await shown(), [0, 0, 'not-for-sale'], 'what was deleted stays deleted')
})

test('a deletion that overtakes the product’s other messages wins', async () => {
  const sku = newSku()
  const productId = randomUUID()
  await shop.deliver(ProductDeleted({ productId, slug: 'tea', version: 2, skus: [sku] }))
  await shop.deliver(
    ProductChanged({
      productId,
      slug: 'tea',
      title: 'Tea',
      status: 'published',
      version: 1,
      variants: [{ sku, title: '', prices: [eur(1)], weightGrams: 1 }],
    }),
  )
  assert.equal((await refusalOf(put(randomUUID(), 1, sku))).code, 'sku-unknown')
})

test('a cart belongs to the customer who was signed in, and does not show whose it is', async () => {
  const lena = customer()
  const sku = await shop.sell(newSku(), 1000)
  const cart = await shop.putCart({ lines: [{ sku, quantity: 1 }] }, randomUUID(), lena)
  const [row] = await shop.database('orders').sql`select customer_id from cart where id = ${cart.id}`
  assert.equal(row?.customerId, lena.userId)
  const read = await shop.as(ordersApi, lena).readCart({ params: { id: cart.id } })
  assert.equal(JSON.stringify(read).includes(lena.userId as string), false)
  assert.equal((await refusalOf(readCart(randomUUID()))).code, 'not-found')
})

test('the shipping methods of a country can be listed without a cart', async () => {
  const client = shop.as(ordersApi, anonymous)
  const { items } = await client.shippingMethods({ query: { country: 'FR', weightGrams: 2_500 } })
  assert.deepEqual(
    items.map((method) => [method.id, method.price]),
    [
      ['standard', eur(1010)],
      ['express', eur(2080)],
    ],
  )
  assert.deepEqual((await client.shippingMethods({ query: { country: 'AQ' } })).items, [])
})

test('carts that nobody has changed for a month are deleted; those of guests without e-mail after two days', async () => {
  const sku = await shop.sell(newSku(), 1000)
  const lena = customer()
  const day = 24 * 3600_000
  const forget = () => forgetCarts(shop.running.services.get('orders')?.context as OrdersContext)
  const lines = [{ sku, quantity: 1 }]
  const storeThree = async () => {
    const stranger = await shop.putCart({ lines })
    const guest = await shop.putCart({ lines, email: 'ann@example.com' })
    const owned = await shop.putCart({ lines }, randomUUID(), lena)
    return [stranger.id, guest.id, owned.id]
  }
  const left = async (ids: string[]) => {
    const rows = await shop.database('orders').sql<{ id: string }>`
      select id from cart where id = any(${ids}::uuid[])`
    return ids.map((id) => rows.some((row) => row.id === id))
  }
  const first = await storeThree()
  aheadMs = 1.9 * day
  await forget()
  const second = await storeThree()
  assert.deepEqual(await left(first), [true, true, true])
  aheadMs = 2.1 * day
  await forget()
  assert.deepEqual(
    [await left(first), await left(second)],
    [
      [false, true, true],
      [true, true, true],
    ],
  )
  aheadMs = 30.1 * day
  await forget()
  assert.deepEqual(
    [await left(first), await left(second)],
    [
      [false, false, false],
      [false, true, true],
    ],
  )
  assert.equal((await refusalOf(readCart(first[0] as string))).code, 'not-found')
  aheadMs = 0
})
