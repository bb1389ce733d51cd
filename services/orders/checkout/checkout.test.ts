// Checking out, tested through the route: replies, rows, calls and messages.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { PaymentAuthorized, PaymentCaptured } from '@souk/contracts/payments'
import { newTrace } from '@souk/messaging'
import { Refusal } from '@souk/service'
import { anonymous, customer, eventually } from '@souk/service/fixture'
import { type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop({ env: { SOUK_RETURN_ORIGINS: 'https://front.example' } })
})
after(() => shop.stop())
beforeEach(() => {
  shop.fakes.disturb = () => undefined
})
/** A new SKU at 19.90, and a complete cart with two units of it: 44.70 with shipping. */
async function cartOfTwo(more: { stock?: number } = {}) {
  const sku = await shop.sell(`CUP-${++count}`, 1990, more)
  return { sku, cart: await shop.fullCart([{ sku, quantity: 2 }]) }
}
const rowsOf = (cartId: string) =>
  shop.database('orders').sql<{ id: string; status: string; paymentChoice: unknown }>`
    select o.id, o.status, c.payment_choice
    from orders o
    left join open_checkout c on c.order_id = o.id
    where o.cart_id = ${cartId}
    order by o.number`

test('a purchase ends paid, with one message and one payment', async () => {
  const { cart } = await cartOfTwo()
  const { status, order } = await shop.buy(cart)
  assert.equal(status, 201)
  assert.equal(order.status, 'paid')
  assert.match(order.number, /^S-1\d{5}$/)
  assert.deepEqual(order.totals, cart.totals)
  assert.equal(order.totals.total.amount, 2 * 1990 + 490)
  assert.ok(order.accessKey)
  assert.deepEqual(await shop.sentAbout(order.id), ['orders.order-placed'])
  assert.deepEqual([shop.fakes.count('reserve', order.id), shop.fakes.count('pay', order.id)], [1, 1])
  const [row] = await rowsOf(cart.id)
  assert.equal(row?.paymentChoice, null)
})

test('customers who check out at once share statements, and each gets their own order', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1990)
  const carts = await Promise.all(Array.from({ length: 40 }, (_, i) => shop.fullCart([{ sku, quantity: 1 + (i % 5) }])))
  const ends = await Promise.all(
    carts.map((cart, i) =>
      shop.buy(cart, { token: i % 4 === 0 ? 'tok_declined' : 'tok_ok', total: i === 7 ? 1 : undefined }),
    ),
  )
  for (const [i, { status, order }] of ends.entries()) {
    assert.equal(status, i === 7 ? 409 : i % 4 === 0 ? 402 : 201)
    if (status !== 201) continue
    assert.deepEqual(order.totals, carts[i]?.totals)
    assert.deepEqual(await shop.sentAbout(order.id), ['orders.order-placed'])
  }
  const paid = ends.filter(({ status }) => status === 201)
  assert.equal(new Set(paid.map(({ order }) => order.number)).size, 29)
})

test('one order id and two carts at once: each request that gets an order gets it for its own cart', async () => {
  const { sku, cart: first } = await cartOfTwo()
  const second = await shop.fullCart([{ sku, quantity: 5 }])
  const [one, two] = [randomUUID(), randomUUID()]
  const ends = await Promise.all([
    shop.buy(first, { orderId: one }),
    shop.buy(first, { orderId: two }),
    shop.buy(second, { orderId: two }),
  ])
  assert.deepEqual([ends[0].status, ends[0].order.id], [201, one])
  assert.notEqual(ends[1].order.id, two)
  assert.deepEqual([ends[2].status, ends[2].order.id], [201, two])
  assert.deepEqual(ends[2].order.totals, second.totals)
  assert.equal(shop.fakes.count('pay', two), 1)
})

test('an id in capital letters is the same id', async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  const first = await shop.buy({ ...cart, id: cart.id.toUpperCase() }, { orderId: orderId.toUpperCase() })
  assert.deepEqual([first.status, first.order.id], [201, orderId])
  const again = await shop.buy(cart, { orderId })
  assert.equal(again.order.number, first.order.number)
  const key = { 'order-key': first.order.accessKey as string }
  for (const id of [orderId, orderId.toUpperCase()])
    assert.equal((await shop.request(ordersApi.routes.read, { params: { id }, headers: key })).status, 200)
})

test('an order keeps the price at which it was bought, whatever happens to the product', async () => {
  const { sku, cart } = await cartOfTwo()
  const { order } = await shop.buy(cart)
  await shop.sell(sku, 9999)
  const again = await shop.buy(cart, { orderId: order.id })
  assert.equal(again.order.lines[0]?.unitPrice.amount, 1990)
})

test('a declined card is reported and releases the stock, and the cart can be paid with another card', async () => {
  const { sku, cart } = await cartOfTwo({ stock: 2 })
  const orderId = randomUUID()
  const first = await shop.buy(cart, { orderId, token: 'tok_declined' })
  assert.deepEqual([first.status, first.problem.code], [402, 'payment-declined'])
  assert.equal(first.problem.detail, 'The card was declined.')
  assert.equal(shop.fakes.stock.get(sku), 2)
  assert.deepEqual(await shop.sentAbout(orderId), ['orders.order-canceled'])

  const repeated = await shop.buy(cart, { orderId, token: 'tok_declined' })
  assert.deepEqual([repeated.status, repeated.problem.code], [402, 'payment-declined'])
  const reused = await shop.buy(cart, { orderId, token: 'tok_ok' })
  assert.deepEqual([reused.status, reused.problem.code], [409, 'order-id-reused'])
  assert.equal(shop.fakes.count('pay', orderId), 1)

  const second = await shop.buy(cart)
  assert.equal(second.status, 201)
  assert.deepEqual(
    (await rowsOf(cart.id)).map((row) => row.status),
    ['canceled', 'paid'],
  )
})

test('a SKU that is out of stock is refused and named, and no money is taken (vendure #3065)', async () => {
  const { sku, cart } = await cartOfTwo({ stock: 1 })
  const orderId = randomUUID()
  const { status, problem } = await shop.buy(cart, { orderId })
  assert.deepEqual([status, problem.code, problem.missing], [409, 'out-of-stock', [sku]])
  assert.equal(shop.fakes.count('pay', orderId), 0)
  const repeated = await shop.buy(cart, { orderId })
  assert.deepEqual([repeated.status, repeated.problem.missing], [409, [sku]])
})

test('ten clicks at once make one order, and all get that order (openfoodnetwork #2690)', async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  const answers = await Promise.all(Array.from({ length: 10 }, () => shop.buy(cart, { orderId })))
  assert.deepEqual(
    answers.map(({ status, order }) => [status, order.id, order.status]),
    Array.from({ length: 10 }, () => [201, orderId, 'paid']),
  )
  assert.equal((await rowsOf(cart.id)).length, 1)
  assert.deepEqual(await shop.sentAbout(orderId), ['orders.order-placed'])
})

test('one cart becomes one order, whatever order ids are sent (PrestaShop #16490)', async () => {
  const { cart } = await cartOfTwo()
  const answers = await Promise.all(Array.from({ length: 10 }, () => shop.buy(cart)))
  const placed = answers.filter(({ status }) => status === 201)
  assert.equal(placed.length, 1)
  for (const { status, problem } of answers) {
    assert.ok(status === 201 || (status === 409 && /^cart-(being-bought|ordered)$/.test(String(problem.code))))
  }
  assert.deepEqual(
    (await rowsOf(cart.id)).map((row) => row.status),
    ['paid'],
  )
  assert.deepEqual(
    answers.map(({ order }) => order.id).filter((id) => shop.fakes.payments.has(id)),
    [placed[0]?.order.id],
  )
})

test('an order id belongs to its cart', async () => {
  const { cart } = await cartOfTwo()
  const { order } = await shop.buy(cart)
  const other = await cartOfTwo()
  const { status, problem } = await shop.buy(other.cart, { orderId: order.id })
  assert.deepEqual([status, problem.code], [409, 'order-id-taken'])
  assert.equal(JSON.stringify(problem).includes(order.number), false)
})

test('a price that changed after the customer saw it is not charged', async () => {
  const { cart } = await cartOfTwo()
  const { status, problem } = await shop.buy(cart, { total: 1 })
  assert.deepEqual([status, problem.code], [409, 'price-changed'])
  assert.deepEqual(problem.totals, cart.totals)
  assert.deepEqual(await rowsOf(cart.id), [])
})

test('an incomplete cart is refused with what is missing', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1990)
  const bare = await shop.putCart({ lines: [{ sku, quantity: 1 }] })
  const missing = async (cart: typeof bare) => {
    const { status, problem } = await shop.buy(cart)
    return [status, problem.code, problem.missing]
  }
  assert.deepEqual(await missing(bare), [422, 'cart-incomplete', ['email', 'shippingAddress', 'shippingMethod']])
  assert.deepEqual(await missing(await shop.fullCart([])), [422, 'cart-incomplete', ['lines']])
  const draft = await shop.sell('WITHDRAWN', 1990, { status: 'draft' })
  const unsellable = await shop.fullCart([
    { sku, quantity: 1 },
    { sku: draft, quantity: 1 },
  ])
  assert.deepEqual(await missing(unsellable), [422, 'cart-incomplete', ['lines']])
  const unknown = await shop.buy({ ...bare, id: randomUUID() })
  assert.deepEqual([unknown.status, unknown.problem.code], [404, 'cart-not-found'])
})

test('a country that we do not ship to is refused', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1990)
  const shippingAddress = { name: 'P', line1: 'Base 1', city: 'McMurdo', postalCode: '', country: 'AQ' }
  const cart = await shop.fullCart([{ sku, quantity: 1 }], undefined, { shippingAddress })
  assert.equal(cart.problems[0]?.code, 'cannot-ship-there')
  const { status, problem } = await shop.buy(cart)
  assert.deepEqual([status, problem.code], [422, 'cannot-ship-there'])
})

test('an unknown payment provider is refused, and another may be chosen', async () => {
  const { cart } = await cartOfTwo()
  const { status, problem } = await shop.buy(cart, { provider: 'gold-coins' })
  assert.deepEqual([status, problem.code], [422, 'provider-unknown'])
  assert.equal((await shop.buy(cart)).status, 201)
})

test('an order that an earlier version refused for too many reservations keeps its answer', async () => {
  const { cart } = await cartOfTwo()
  shop.fakes.disturb = (call) => {
    if (call === 'reserve') throw new Refusal('too-many-reservations', 429, 'Finish your other orders first.')
  }
  const { status, problem } = await shop.buy(cart)
  assert.deepEqual([status, problem.code], [429, 'too-many-reservations'])
})

test('a purchase that is paid at once never asks about unpaid holds', async () => {
  const { cart } = await cartOfTwo()
  const { order } = await shop.buy(cart)
  const calls = shop.fakes.calls.filter((call) => call.endsWith(order.id))
  assert.deepEqual(calls, [`reserve ${order.id}`, `pay ${order.id}`])
})

test('inventory is told who holds unpaid stock: the network and the mailbox as hashes, and the customer', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1990)
  const lena = customer()
  const spellings = ['Lena.Vogt@gmail.com', 'lenavogt+7@googlemail.com']
  const holders = []
  for (const email of spellings) {
    const cart = await shop.fullCart([{ sku, quantity: 1 }], lena, { email })
    await shop.buy(cart, { token: 'tok_3ds', caller: lena })
    holders.push(shop.fakes.holders.at(-1))
  }
  assert.deepEqual(holders[0], holders[1])
  assert.equal(holders[0]?.customer, lena.userId)
  assert.match(holders[0]?.network ?? '', /^[\w-]{22}$/)
  assert.match(holders[0]?.mailbox ?? '', /^[\w-]{22}$/)
})

test('an order above the bounds holds no stock; it is reserved when the bank has agreed', async () => {
  shop.fakes.mayHold = false
  try {
    const { sku, cart } = await cartOfTwo({ stock: 2 })
    const orderId = randomUUID()
    const { status, order } = await shop.buy(cart, { orderId, token: 'tok_3ds' })
    assert.deepEqual([status, order.status], [202, 'awaiting-customer'])
    assert.equal(shop.fakes.stock.get(sku), 2)
    await shop.deliver(PaymentAuthorized({ orderId, amount: cart.totals.total }))
    await eventually('the order is paid', async () => (await shop.statusOf(orderId)) === 'paid')
    assert.equal(shop.fakes.stock.get(sku), 0)
    assert.equal(shop.fakes.calls.indexOf(`pin ${orderId}`) < shop.fakes.calls.indexOf(`capture ${orderId}`), true)
  } finally {
    shop.fakes.mayHold = true
  }
})

for (const [agreed, message] of [
  ['approved', PaymentAuthorized],
  ['taken', PaymentCaptured],
] as const) {
  test(`what was sold meanwhile is not charged: the payment is undone when it was ${agreed}`, async () => {
    shop.fakes.mayHold = false
    try {
      const { sku, cart } = await cartOfTwo({ stock: 2 })
      const orderId = randomUUID()
      await shop.buy(cart, { orderId, token: 'tok_3ds' })
      const other = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }]))
      assert.equal(other.status, 201)
      await shop.deliver(message({ orderId, amount: cart.totals.total }))
      await eventually('the order is canceled', async () => (await shop.statusOf(orderId)) === 'canceled')
      assert.equal(shop.fakes.count('capture', orderId), 0)
      const sent = await shop.sentAbout(orderId)
      assert.deepEqual(sent.slice(-2), ['payments.cancel-payment', 'orders.order-canceled'])
      const again = await shop.buy(cart, { orderId, token: 'tok_3ds' })
      assert.deepEqual([again.status, again.problem.code], [409, 'out-of-stock'])
    } finally {
      shop.fakes.mayHold = true
    }
  })
}

test('a missing reply of payments is no refusal: 202, and the order is finished later (medusa #13301)', async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  shop.fakes.disturb = (call) => {
    if (call === 'pay') throw new Refusal('unavailable', 503, 'Payments are down.')
  }
  const { status, order } = await shop.buy(cart, { orderId })
  assert.deepEqual([status, order.status], [202, 'checking-out'])
  assert.equal(shop.fakes.reservations.get(orderId)?.status, 'active')
  shop.fakes.disturb = () => undefined
  const again = await shop.buy(cart, { orderId })
  assert.deepEqual([again.status, again.order.status], [201, 'paid'])
})

test('a service that was only busy for a moment is called again before the customer has to wait', async () => {
  const { cart } = await cartOfTwo()
  let failures = 1
  shop.fakes.disturb = (call) => {
    if (call === 'reserve' && failures-- > 0) throw new Refusal('unavailable', 503, 'Busy.')
  }
  const { status, order } = await shop.buy(cart)
  assert.deepEqual([status, order.status], [201, 'paid'])
})

test('a checkout whose payment hangs is answered in time with 202, and the order is paid later', {
  timeout: 60_000,
}, async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  const waits: (() => void)[] = []
  shop.fakes.disturb = (call) => (call === 'pay' ? new Promise((resolve) => void waits.push(resolve)) : undefined)
  const { status, order } = await shop.buy(cart, { orderId })
  assert.deepEqual([status, order.status], [202, 'checking-out'])
  shop.fakes.disturb = () => undefined
  for (const go of waits) go()
  await eventually('the order is paid', async () => (await shop.statusOf(orderId)) === 'paid', 30)
})

test('a checkout with little time left is answered in time, too, and is paid without its caller', async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  const waits: (() => void)[] = []
  shop.fakes.disturb = (call) => (call === 'pay' ? new Promise((resolve) => void waits.push(resolve)) : undefined)
  const answer = await shop.running.serviceCalls.call(ordersApi.routes.checkout, {
    params: { orderId },
    body: JSON.stringify({
      cartId: cart.id,
      expectedTotal: cart.totals.total,
      payment: { provider: 'simulator', token: 'tok_ok' },
    }),
    caller: anonymous,
    trace: newTrace(),
    deadline: Date.now() + 3_000,
  })
  assert.equal(answer.status, 202)
  for (const go of waits) go()
  await eventually('the order is paid', async () => (await shop.statusOf(orderId)) === 'paid')
  assert.equal(shop.fakes.count('pay', orderId), 1)
})

test('a checkout that needs the customer says where to go, and again when it is repeated', async () => {
  const { cart } = await cartOfTwo()
  const orderId = randomUUID()
  const { status, order } = await shop.buy(cart, { orderId, token: 'tok_3ds' })
  assert.deepEqual([status, order.status], [202, 'awaiting-customer'])
  assert.deepEqual(order.nextAction, { type: 'redirect', url: `http://bank.example/${orderId}` })
  assert.deepEqual(await shop.sentAbout(orderId), ['orders.order-changed'])
  assert.equal(shop.fakes.count('hold', orderId), 1)
  const again = await shop.buy(cart, { orderId, token: 'tok_3ds' })
  assert.deepEqual([again.status, again.order.nextAction], [202, order.nextAction])
  assert.equal(shop.fakes.count('pay', orderId), 1)
})

test('money that was authorized but not captured is captured', async () => {
  const { cart } = await cartOfTwo()
  const { status, order } = await shop.buy(cart, { token: 'tok_authorized' })
  assert.deepEqual([status, order.status], [201, 'paid'])
  assert.deepEqual([shop.fakes.count('pin', order.id), shop.fakes.count('capture', order.id)], [1, 1])
})

test('the cart of a placed order cannot be changed any more', async () => {
  const { sku, cart } = await cartOfTwo()
  await shop.buy(cart)
  await assert.rejects(shop.putCart({ lines: [{ sku, quantity: 1 }] }, cart.id), { code: 'cart-ordered' })
})

test('an order belongs to the customer who was signed in, or to nobody', async () => {
  const lena = customer()
  const { cart } = await cartOfTwo()
  const { order } = await shop.buy(cart, { caller: lena })
  const guest = await shop.buy((await cartOfTwo()).cart)
  const owners = await shop.database('orders').sql<{ customerId: string | null }>`
    select customer_id from orders where id in (${order.id}, ${guest.order.id}) order by placed_at`
  assert.deepEqual(
    owners.map((row) => row.customerId),
    [lena.userId, null],
  )
})

test('a thing at the largest price can be bought, and more than one order holds is refused as a problem of the cart', async () => {
  const largest = 1_000_000_000_00
  const sku = await shop.sell(`CUP-${++count}`, largest)
  const { status, order } = await shop.buy(await shop.fullCart([{ sku, quantity: 2 }]))
  assert.deepEqual([status, order.totals.total.amount], [201, 2 * largest])
  const cart = await shop.fullCart([{ sku, quantity: 999 }])
  assert.equal(cart.problems[0]?.code, 'order-too-large')
  const refused = await shop.buy(cart)
  assert.deepEqual([refused.status, refused.problem.code], [422, 'cart-incomplete'])
  assert.deepEqual(refused.problem.problems, cart.problems)
})

test('the bank sends customers back to the shop or to a site in the settings, and to no other', async () => {
  const { cart } = await cartOfTwo()
  const buyAndReturnTo = async (returnUrl: string) => {
    const orderId = randomUUID()
    const { status, body } = await shop.request(ordersApi.routes.checkout, {
      params: { orderId },
      body: {
        cartId: cart.id,
        expectedTotal: cart.totals.total,
        payment: { provider: 'simulator', token: 'tok_declined' },
        returnUrl,
      },
    })
    const [row] = await shop.database('orders').sql<{ returnUrl: string }>`
      select return_url from orders where id = ${orderId}`
    return [status, (body as { code: string }).code, row?.returnUrl]
  }
  for (const wrong of ['javascript:alert(1)', 'data:text/html,x', 'ftp://localhost:4000/', 'http://']) {
    assert.deepEqual(await buyAndReturnTo(wrong), [400, 'invalid-request', undefined], wrong)
  }
  for (const foreign of [
    'https://evil.example/',
    '//evil.example/thanks',
    '/\\evil.example',
    'http://localhost:4000@evil.example/',
    'http://localhost.evil.example:4000/',
    'http://ann:secret@localhost:4000/',
    'https://localhost:4000/',
    'http://localhost:4001/',
    'http://127.0.0.1:4001/',
    'http://127.0.0.1.evil.example:4000/',
    'http://127.0.0.2:4000/',
    'https://front.example.evil.example/',
    'http://front.example/',
  ]) {
    assert.deepEqual(await buyAndReturnTo(foreign), [422, 'return-url-not-allowed', undefined], foreign)
  }
  const allowed = {
    '/thanks?a=1#b': 'http://localhost:4000/thanks?a=1#b',
    'http://localhost:4000/thanks': 'http://localhost:4000/thanks',
    'http://127.0.0.1:4000/thanks': 'http://127.0.0.1:4000/thanks',
    'https://front.example/thanks': 'https://front.example/thanks',
  }
  for (const [asked, stored] of Object.entries(allowed)) {
    assert.deepEqual(await buyAndReturnTo(asked), [402, 'payment-declined', stored])
  }
})

test('a cart that was stored before addresses were checked still becomes an order', async () => {
  const { cart } = await cartOfTwo()
  const old = {
    name: ' ',
    line1: '\u200b',
    city: 'Berlin',
    postalCode: 'D',
    country: 'DE',
    phone: 'call me',
    company: '',
  }
  await shop.database('orders').sql`
    update cart
    set body = jsonb_set(jsonb_set(body::jsonb, '{shippingAddress}', ${JSON.stringify(old)}::jsonb), '{email}', '"a@b.c"')::json,
      version = version + 1
    where id = ${cart.id}`
  const { status, order } = await shop.buy(cart)
  assert.equal(status, 201)
  assert.deepEqual(order.shippingAddress, old)
  assert.deepEqual(await shop.sentAbout(order.id), ['orders.order-placed'])
})

test('an order goes to a country without postal codes; its address says so by an empty one', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1990)
  const id = randomUUID()
  const hongKong = { name: 'Mei', line1: '1 Nathan Road', region: 'Kowloon', country: 'HK', phone: '2123 4567' }
  const put = (shippingAddress: object, billingAddress?: object) =>
    shop.request(ordersApi.routes.putCart, {
      params: { id },
      body: { email: 'mei@souk.example', lines: [{ sku, quantity: 1 }], shippingAddress, billingAddress },
    })
  const { status, body } = await put(hongKong, { ...hongKong, postalCode: '' })
  const stored = { ...hongKong, city: '', postalCode: '', phone: '+85221234567' }
  assert.deepEqual([status, (body as { shippingAddress: object }).shippingAddress], [200, stored])
  assert.deepEqual((body as { billingAddress: object }).billingAddress, stored)

  const wrongIn = async (shippingAddress: object, billingAddress?: object) => {
    const answer = await put(shippingAddress, billingAddress)
    const { code, errors } = answer.body as { code: string; errors: { path: string }[] }
    assert.deepEqual([answer.status, code], [400, 'invalid-request'])
    return errors.map((one) => one.path)
  }
  assert.deepEqual(await wrongIn(hongKong, { ...hongKong, postalCode: '999077' }), ['billingAddress.postalCode'])
  assert.deepEqual(
    await wrongIn({ ...hongKong, country: 'US' }),
    ['city', 'region', 'postalCode', 'phone'].map((part) => `shippingAddress.${part}`),
  )
  assert.deepEqual(await wrongIn({ ...hongKong, country: 'XX' }), ['shippingAddress.country'])
})
