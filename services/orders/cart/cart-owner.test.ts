// Whose a cart is: a guest's cart is for everybody who knows its id, a customer's cart for its owner and staff alone. Who signs in
// takes the guest's cart along.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type CartInput, ordersApi } from '@souk/contracts/orders'
import type { Caller } from '@souk/service'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import { address, type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())
const sell = (stock?: number) => shop.sell(`BED-${++count}`, 1000, { stock })
const as = (caller: Caller) => shop.as(ordersApi, caller)
const read = (id: string, caller: Caller) => as(caller).readCart({ params: { id } })
const claim = (id: string, caller: Caller) => as(caller).claimCart({ params: { id } })
const mine = (caller: Caller) => as(caller).readMyCart({})
const code = async (call: Promise<unknown>) => (await refusalOf(call)).code
const linesOf = (cart: { lines: { sku: string; quantity: number }[] }) =>
  Object.fromEntries(cart.lines.map((line) => [line.sku, line.quantity]))

test('a customer’s cart is read, changed and bought by its owner and staff; to all others it does not exist', async () => {
  const lena = customer()
  const sku = await sell()
  const cart = await shop.fullCart([{ sku, quantity: 1 }], lena)
  for (const stranger of [anonymous, customer()]) {
    assert.equal(await code(read(cart.id, stranger)), 'not-found')
    assert.equal(await code(shop.putCart({ lines: [] }, cart.id, stranger)), 'not-found')
    for (const header of [
      ['if-match', '*'],
      ['if-none-match', '*'],
      ['if-match', '"1"'],
    ]) {
      const headers = Object.fromEntries([header])
      const put = shop.as(ordersApi, stranger).putCart({ params: { id: cart.id }, body: { lines: [] }, headers })
      assert.equal(await code(put), 'not-found')
    }
    const { status, problem } = await shop.buy(cart, { caller: stranger })
    assert.deepEqual([status, problem.code], [404, 'cart-not-found'])
    const unknown = await shop.buy({ ...cart, id: randomUUID() }, { caller: stranger })
    assert.equal(problem.detail, unknown.problem.detail)
  }
  assert.equal((await read(cart.id, lena)).version, 1)
  assert.equal((await read(cart.id, staff)).version, 1)
  await shop.putCart({ lines: [{ sku, quantity: 2 }] }, cart.id, staff)
  assert.deepEqual(linesOf(await read(cart.id, lena)), { [sku]: 2 })
  assert.equal(await code(read(cart.id, anonymous)), 'not-found')
})

test('what staff buys from a customer’s cart is the customer’s order', async () => {
  const lena = customer()
  const cart = await shop.fullCart([{ sku: await sell(), quantity: 1 }], lena)
  const { order } = await shop.buy(cart, { caller: staff })
  assert.equal((await as(lena).read({ params: { id: order.id } })).status, 'paid')
})

test('a cart of a guest that staff changes stays the guest’s', async () => {
  const sku = await sell()
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  await shop.putCart({ lines: [{ sku, quantity: 2 }] }, cart.id, staff)
  assert.deepEqual(linesOf(await read(cart.id, anonymous)), { [sku]: 2 })
})

test('a guest’s cart that a customer changes or buys is then the customer’s', async () => {
  const lena = customer()
  const sku = await sell()
  const changed = await shop.fullCart([{ sku, quantity: 1 }])
  await shop.putCart({ lines: [{ sku, quantity: 2 }] }, changed.id, lena)
  assert.equal(await code(read(changed.id, anonymous)), 'not-found')

  const bought = await shop.fullCart([{ sku, quantity: 1 }])
  const orderId = randomUUID()
  const { order } = await shop.buy(bought, { caller: lena, orderId })
  assert.equal(await code(read(bought.id, anonymous)), 'not-found')
  assert.equal((await read(bought.id, lena)).status, 'ordered')
  for (const caller of [anonymous, customer()]) {
    for (const more of [{ orderId }, {}]) {
      const { status, problem } = await shop.buy(bought, { caller, ...more })
      assert.deepEqual([status, problem.code], [404, 'cart-not-found'])
      assert.ok(!JSON.stringify(problem).includes(order.accessKey as string))
    }
  }
  const headers = { 'order-key': order.accessKey as string }
  assert.equal((await shop.buy(bought, { orderId, headers })).order.id, order.id)
  assert.equal((await shop.buy(bought, { orderId, caller: lena })).order.id, order.id)
})

test('a guest who repeats the checkout gets the same answer, with the key', async () => {
  const cart = await shop.fullCart([{ sku: await sell(), quantity: 1 }])
  const orderId = randomUUID()
  const first = await shop.buy(cart, { orderId })
  const again = await shop.buy(cart, { orderId })
  assert.deepEqual(again.order, first.order)
  assert.ok(again.order.accessKey)
})

test('my current cart is the open one that I changed last', async () => {
  const lena = customer()
  const sku = await sell()
  assert.equal(await code(mine(lena)), 'not-found')
  const first = await shop.fullCart([{ sku, quantity: 1 }], lena)
  const second = await shop.fullCart([{ sku, quantity: 2 }], lena)
  assert.equal((await mine(lena)).id, second.id)
  await shop.putCart({ lines: [{ sku, quantity: 3 }] }, first.id, lena)
  assert.equal((await mine(lena)).id, first.id)
  const { order } = await shop.buy(second, { caller: lena, token: 'tok_3ds' })
  assert.equal(order.status, 'awaiting-customer')
  await shop.database('orders').sql`delete from cart where id = ${first.id}`
  assert.equal(await code(mine(lena)), 'not-found')
  assert.equal(await code(mine(customer())), 'not-found')
  assert.equal(await code(mine(anonymous)), 'not-signed-in')
})

test('who signs in without a cart gets the guest’s cart, which then exists for nobody else', async () => {
  const lena = customer()
  const cart = await shop.fullCart([{ sku: await sell(), quantity: 1 }])
  const claimed = await claim(cart.id, lena)
  assert.deepEqual([claimed.id, claimed.version], [cart.id, 2])
  assert.deepEqual(linesOf(claimed), linesOf(cart))
  assert.equal((await mine(lena)).id, cart.id)
  assert.equal(await code(read(cart.id, anonymous)), 'not-found')
  assert.deepEqual(await claim(cart.id, lena), claimed)
  assert.equal(await code(claim(cart.id, customer())), 'not-found')
  assert.equal(await code(claim(cart.id, staff)), 'not-found')
  assert.equal(await code(claim(cart.id, anonymous)), 'not-signed-in')
  assert.equal(await code(claim(randomUUID(), lena)), 'not-found')
  // A cart that was cached when the guest stored it is not the guest's any more.
  assert.equal((await shop.buy(cart)).problem.code, 'cart-not-found')
})

test('carts are merged: quantities add up as far as there is stock, and the customer’s cart decides the rest', async () => {
  const lena = customer()
  const [shared, few, gone, many] = [await sell(), await sell(5), await sell(0), await sell()]
  const own: CartInput = {
    email: 'lena@souk.example',
    lines: [
      { sku: shared, quantity: 1 },
      { sku: few, quantity: 3 },
      { sku: many, quantity: 900 },
    ],
    shippingAddress: address,
  }
  const current = await shop.putCart(own, randomUUID(), lena)
  const guest = await shop.putCart({
    email: 'somebody@else.example',
    lines: [
      { sku: gone, quantity: 2 },
      { sku: few, quantity: 4 },
      { sku: shared, quantity: 2 },
      { sku: many, quantity: 200 },
    ],
    shippingAddress: { ...address, city: 'Hamburg' },
    shippingMethod: 'express',
  })
  const merged = await claim(guest.id, lena)
  assert.deepEqual([merged.id, merged.version], [current.id, 2])
  assert.deepEqual(linesOf(merged), { [shared]: 3, [few]: 5, [many]: 999, [gone]: 2 })
  assert.deepEqual(
    [merged.email, merged.shippingAddress?.city, merged.shippingMethod],
    ['lena@souk.example', 'Berlin', 'express'],
  )
  assert.deepEqual(await mine(lena), merged)

  for (const caller of [anonymous, lena, staff]) assert.equal(await code(read(guest.id, caller)), 'not-found')
  assert.equal(await code(shop.putCart({ lines: [] }, guest.id)), 'not-found')
  assert.equal((await shop.buy(guest)).problem.code, 'cart-not-found')
  assert.deepEqual(await claim(guest.id, lena), merged, 'a repeated request adds nothing')
  assert.equal(await code(claim(guest.id, customer())), 'not-found')
})

test('a cart that is being bought is not taken along, nor one that was bought', async () => {
  for (const [token, expected] of [
    ['tok_3ds', 'cart-being-bought'],
    ['tok_ok', 'cart-ordered'],
  ] as const) {
    const cart = await shop.fullCart([{ sku: await sell(), quantity: 1 }])
    await shop.buy(cart, { token })
    const lena = customer()
    assert.equal(await code(claim(cart.id, lena)), expected)
    assert.equal(await code(mine(lena)), 'not-found')
    assert.equal((await read(cart.id, anonymous)).id, cart.id)
  }
})

test('many carts at once are all taken along', async () => {
  const [sku, other] = [await sell(), await sell()]
  const lena = customer()
  const current = await shop.putCart({ lines: [{ sku: other, quantity: 1 }] }, randomUUID(), lena)
  const carts = await Promise.all(Array.from({ length: 12 }, () => shop.fullCart([{ sku, quantity: 1 }])))
  await Promise.all(carts.map(({ id }) => claim(id, lena)))
  assert.deepEqual(linesOf(await mine(lena)), { [other]: 1, [sku]: 12 })
  assert.equal((await mine(lena)).id, current.id)
})

test('two carts at once are both taken along, and one cart at once by two customers goes to one of them', async () => {
  const sku = await sell()
  for (let round = 0; round < 5; round++) {
    const lena = customer()
    const carts = await Promise.all([1, 2].map((quantity) => shop.fullCart([{ sku, quantity }])))
    await Promise.all([...carts, ...carts].map(({ id }) => claim(id, lena)))
    assert.deepEqual(linesOf(await mine(lena)), { [sku]: 3 })

    const cart = await shop.fullCart([{ sku, quantity: 1 }])
    const claims = await Promise.allSettled([claim(cart.id, customer()), claim(cart.id, customer())])
    assert.deepEqual(claims.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  }
})

test('a claim and a checkout at the same instant: the cart is bought by the guest, or belongs to the customer', async () => {
  const sku = await sell()
  for (let round = 0; round < 20; round++) {
    const lena = customer()
    const cart = await shop.fullCart([{ sku, quantity: 1 }])
    const [bought, claimed] = await Promise.allSettled([shop.buy(cart), claim(cart.id, lena)])
    const isBought = bought.status === 'fulfilled' && bought.value.status === 201
    assert.notEqual(isBought, claimed.status === 'fulfilled')
  }
})

test('both carts together may be too large for one; then both stay as they are', async () => {
  const lena = customer()
  const skus = []
  for (let n = 0; n < 201; n++) skus.push(`MANY-${n}`)
  const { sql } = shop.database('orders')
  await sql`
    insert into price_list (sku, product_id, slug, title, variant_title, prices, weight_grams, status)
    select sku, gen_random_uuid(), sku, sku, '', '[]', 1, 'draft' from unnest(${skus}::text[]) as sku`
  const lines = skus.map((sku) => ({ sku, quantity: 1 }))
  const own = await shop.putCart({ lines: lines.slice(0, 200) }, randomUUID(), lena)
  const guest = await shop.putCart({ lines: lines.slice(200) })
  assert.equal(await code(claim(guest.id, lena)), 'cart-too-large')
  assert.equal((await read(guest.id, anonymous)).lines.length, 1)
  assert.equal((await read(own.id, lena)).version, 1)
})
