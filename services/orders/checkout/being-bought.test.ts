// From the moment an order exists for a cart, the cart is being bought: it cannot be changed, and it becomes no second order.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { type Order, ordersApi } from '@souk/contracts/orders'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import { keyed, type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())
beforeEach(() => {
  shop.fakes.disturb = () => undefined
})
async function cartOfTwo(caller = anonymous) {
  const sku = await shop.sell(`JUG-${++count}`, 1990)
  return { sku, cart: await shop.fullCart([{ sku, quantity: 2 }], caller) }
}
const read = (id: string, caller = anonymous, headers = {}) =>
  shop.as(ordersApi, caller).readCart({ params: { id }, headers })
const edit = (id: string, sku: string, caller = anonymous, headers = {}) =>
  shop.request(
    ordersApi.routes.putCart,
    { params: { id }, body: { lines: [{ sku, quantity: 5 }] }, headers },
    caller,
  ) as Promise<{ status: number; body: Record<string, unknown> }>
const cancel = (order: Order) =>
  shop.as(ordersApi, anonymous).cancel({ params: { id: order.id }, body: {}, headers: keyed(order.accessKey) })
const ordersOf = (cartId: string) =>
  shop.database('orders').sql<{ id: string; status: string }>`
    select id, status from orders where cart_id = ${cartId} order by number`

test('while the bank asks the customer, the cart cannot be changed, and is free again when the order is canceled', async () => {
  const { sku, cart } = await cartOfTwo()
  const { order } = await shop.buy(cart, { token: 'tok_3ds' })
  assert.equal(order.status, 'awaiting-customer')
  assert.equal((await read(cart.id)).status, 'being-bought')
  const refused = await edit(cart.id, sku)
  assert.deepEqual([refused.status, refused.body.code], [409, 'cart-being-bought'])
  assert.equal((await read(cart.id)).lines[0]?.quantity, 2)

  await cancel(order)
  assert.equal((await read(cart.id)).status, 'open')
  assert.equal((await edit(cart.id, sku)).status, 200)
  const changed = await read(cart.id)
  const second = await shop.fullCart([{ sku, quantity: 5 }])
  assert.equal(changed.totals.subtotal.amount, second.totals.subtotal.amount)
})

test('who may see the order is told its id, and nobody else', async () => {
  const lena = customer()
  const { sku, cart } = await cartOfTwo(lena)
  const { order } = await shop.buy(cart, { token: 'tok_3ds', caller: lena })
  for (const caller of [lena, staff]) {
    assert.equal((await read(cart.id, caller)).orderId, order.id)
    assert.equal((await edit(cart.id, sku, caller)).body.orderId, order.id)
  }
  const guest = await cartOfTwo()
  const { order: ofGuest } = await shop.buy(guest.cart, { token: 'tok_3ds' })
  assert.equal((await read(guest.cart.id)).orderId, undefined)
  assert.equal((await edit(guest.cart.id, sku)).body.orderId, undefined)
  const headers = { 'order-key': ofGuest.accessKey as string }
  assert.equal((await read(guest.cart.id, anonymous, headers)).orderId, ofGuest.id)
  assert.equal((await edit(guest.cart.id, sku, anonymous, headers)).body.orderId, ofGuest.id)
})

test('a cart that is only just being checked out cannot be changed either', async () => {
  const { sku, cart } = await cartOfTwo()
  let edited: { status: number; body: Record<string, unknown> } | undefined
  shop.fakes.disturb = async (call) => {
    if (call === 'reserve') edited = await edit(cart.id, sku)
  }
  const { status } = await shop.buy(cart)
  assert.equal(status, 201)
  assert.deepEqual([edited?.status, edited?.body.code], [409, 'cart-being-bought'])
  assert.equal((await read(cart.id)).status, 'ordered')
  assert.equal((await edit(cart.id, sku)).body.code, 'cart-ordered')
})

test('an edit and a checkout at the same instant: the edit is refused, or the checkout sees it', async () => {
  const sku = await shop.sell(`JUG-${++count}`, 1990)
  for (let round = 0; round < 40; round++) {
    const cart = await shop.fullCart([{ sku, quantity: 2 }])
    const body = { email: 'lena@souk.example', lines: [{ sku, quantity: 3 }] }
    const [bought, edited] = await Promise.all([
      shop.buy(cart),
      shop.request(ordersApi.routes.putCart, { params: { id: cart.id }, body }),
    ])
    const statuses = `${bought.status} ${edited.status}`
    // When the edit was first, the cart that is bought is another one: incomplete, or at another price.
    assert.ok(['201 409', '409 200', '422 200'].includes(statuses), `${statuses} ${JSON.stringify(edited.body)}`)
  }
})

test('an edit that waits for a checkout of another process sees its order', async () => {
  const { sku, cart } = await cartOfTwo()
  const { sql, transaction } = shop.database('orders')
  let edited: Promise<{ status: number; body: Record<string, unknown> }> | undefined
  await transaction(async ({ sql }) => {
    await sql`select id from cart where id = ${cart.id} for share`
    edited = edit(cart.id, sku)
    const isWaiting = async () =>
      (await sql`select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
        .length
    while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 5))
    await sql`
      insert into orders (id, cart_id, email, currency, subtotal_amount, discount_amount, shipping_amount, tax_amount,
        total_amount, tax_included, item_count, lines, shipping_address, shipping_method, return_url, placed_at, status, updated_at)
      values (${randomUUID()}, ${cart.id}, 'a@b.example', 'EUR', 1, 0, 0, 0, 1, true, 1, '[]', '{}', '{}', '', now(),
        'checking-out', now())`
  })
  const { status, body } = (await edited) ?? assert.fail()
  assert.deepEqual([status, body.code], [409, 'cart-being-bought'])
  await sql`delete from orders where cart_id = ${cart.id}`
})

test('a repeated checkout finds its order; another wish under the same id is refused and told apart', async () => {
  for (const token of ['tok_ok', 'tok_3ds']) {
    const { cart } = await cartOfTwo()
    const orderId = randomUUID()
    const wish = { orderId, token, cartVersion: cart.version }
    const first = await shop.buy(cart, wish)
    for (const same of [wish, { orderId, token }]) {
      const again = await shop.buy(cart, same)
      assert.deepEqual(
        [again.status, again.order.id, again.order.accessKey],
        [first.status, orderId, first.order.accessKey],
      )
    }
    const refusals = []
    for (const other of [
      { total: 1 },
      { cartVersion: cart.version + 1 },
      { token: 'tok_declined' },
      { provider: 'gold' },
    ]) {
      const { status, problem } = await shop.buy(cart, { ...wish, ...other })
      refusals.push(`${status} ${problem.code}`)
    }
    assert.deepEqual(refusals, ['409 price-changed', '409 cart-changed', '409 order-id-reused', '409 order-id-reused'])
    const inYen = await shop.request(ordersApi.routes.checkout, {
      params: { orderId },
      body: {
        cartId: cart.id,
        expectedTotal: { ...cart.totals.total, currency: 'JPY' },
        payment: { provider: 'simulator', token },
      },
    })
    assert.deepEqual([inYen.status, (inYen.body as { code: string }).code], [409, 'price-changed'])
    assert.equal(shop.fakes.count('pay', orderId), 1)
  }
})

test('a second order id for a cart that is being bought is refused, whatever it offers to pay', async () => {
  for (const token of ['tok_ok', 'tok_3ds']) {
    const { cart } = await cartOfTwo()
    const { order } = await shop.buy(cart, { token })
    const code = token === 'tok_ok' ? 'cart-ordered' : 'cart-being-bought'
    for (const more of [{}, { total: 1 }, { token: 'tok_declined' }]) {
      const { status, problem } = await shop.buy(cart, { token, ...more })
      assert.deepEqual([status, problem.code], [409, code])
      for (const secret of [order.accessKey as string, order.number, order.id, 'Weserstraße'])
        assert.ok(!JSON.stringify(problem).includes(secret), secret)
    }
    assert.equal((await ordersOf(cart.id)).length, 1)
  }
})

test('two checkouts of one cart at the same instant make one order, and the other is told apart', async () => {
  for (const token of ['tok_ok', 'tok_3ds', 'tok_authorized']) {
    const { cart } = await cartOfTwo()
    const ends = await Promise.all(Array.from({ length: 6 }, () => shop.buy(cart, { token })))
    const placed = ends.filter(({ status }) => status < 300)
    assert.equal(placed.length, 1)
    for (const { status, problem } of ends.filter((end) => !placed.includes(end))) {
      assert.equal(status, 409)
      assert.match(String(problem.code), /^cart-(being-bought|ordered)$/)
    }
    assert.deepEqual(
      (await ordersOf(cart.id)).map(({ id }) => id),
      [placed[0]?.order.id],
    )
    assert.equal(
      shop.fakes.calls.filter((call) => call.startsWith('pay ') && ends.some(({ order }) => call.includes(order.id)))
        .length,
      1,
    )
  }
})

test('a customer who comes back from the bank cancels, changes the cart and pays in another way', async () => {
  const { sku, cart } = await cartOfTwo()
  const { order } = await shop.buy(cart, { token: 'tok_3ds' })
  await cancel(order)
  await shop.settle()
  const body = {
    email: 'lena@souk.example',
    lines: [{ sku, quantity: 1 }],
    shippingAddress: order.shippingAddress,
    shippingMethod: 'standard',
  }
  const changed = await shop.putCart(body, cart.id)
  assert.equal(changed.version, cart.version + 1)
  const outdated = await shop.buy(changed, { cartVersion: cart.version })
  assert.deepEqual(
    [outdated.status, outdated.problem.code, outdated.problem.version],
    [409, 'cart-changed', changed.version],
  )
  const second = await shop.buy(changed, { cartVersion: changed.version })
  assert.deepEqual([second.status, second.order.lines[0]?.quantity], [201, 1])
  const late = await shop.buy(cart, { orderId: order.id, token: 'tok_3ds' })
  assert.deepEqual([late.status, late.problem.code], [409, 'order-canceled'])
})

test('an order that was stored before wishes were is found by its total alone', async () => {
  const { cart } = await cartOfTwo()
  const { order } = await shop.buy(cart)
  await shop.database('orders').sql`
    update orders set cart_version = null, payment_fingerprint = null where id = ${order.id}`
  assert.equal((await shop.buy(cart, { orderId: order.id, token: 'tok_other', cartVersion: 7 })).status, 201)
  assert.equal((await shop.buy(cart, { orderId: order.id, total: 1 })).problem.code, 'price-changed')
})

test('the payment token is kept only as long as it is needed', async () => {
  const { cart } = await cartOfTwo()
  const { order } = await shop.buy(cart, { token: 'tok_very_secret' })
  const [row] = await shop.database('orders').sql<{ all: string }>`
    select row_to_json(orders)::text as all from orders where id = ${order.id}`
  assert.ok(row && !row.all.includes('tok_very_secret'))
})

test('a cart that was ordered long ago and forgotten does not begin anew', async () => {
  const { sku, cart } = await cartOfTwo()
  await shop.buy(cart)
  await shop.database('orders').sql`delete from cart where id = ${cart.id}`
  assert.equal((await refusalOf(shop.putCart({ lines: [{ sku, quantity: 1 }] }, cart.id))).status, 404)
  const again = await shop.buy(cart)
  assert.deepEqual([again.status, again.problem.code], [404, 'cart-not-found'])
})
