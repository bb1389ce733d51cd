// What happens to an order after it was placed: cancel, ship, refund; and who may see it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Order, ordersApi } from '@souk/contracts/orders'
import { PaymentRefunded, RefundFailed } from '@souk/contracts/payments'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import { eur, keyed, type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const byStaff = () => shop.as(ordersApi, staff)
const lena = customer()
const mallory = customer()
type Lines = { sku: string; quantity: number }[]
const ship = (order: Order, lines?: Lines, more = {}) =>
  byStaff().ship({ params: { id: order.id }, body: { lines, ...more }, headers: keyed() })
const refund = (order: Order, body: { amount?: ReturnType<typeof eur>; lines?: Lines } = {}) =>
  byStaff().refund({ params: { id: order.id }, body: { reason: 'Broken', ...body }, headers: keyed() })
const code = async (call: Promise<unknown>) => (await refusalOf(call)).code
/** Units of one new SKU at 19.90, plus 4.90 for shipping, bought by Lena. */
const bought = async (quantity: number) =>
  shop.placedOrder(await shop.sell(`LAMP-${++count}`, 1990, { weightGrams: 10 }), quantity, lena)
const refundsRequested = (orderId: string) =>
  shop
    .messages<{ orderId: string; refundId: string; amount: { amount: number } }>('payments.refund-payment')
    .filter((one) => one.orderId === orderId)

test('a customer cancels a paid order: all money goes back and the stock is released, once', async () => {
  const order = await bought(2)
  const headers = keyed()
  const cancel = () =>
    shop.as(ordersApi, lena).cancel({ params: { id: order.id }, body: { reason: 'Too many lamps.' }, headers })
  const [canceled, again] = [await cancel(), await cancel()]
  assert.equal(canceled.status, 'canceled')
  assert.equal(canceled.cancelReason, 'by-customer')
  assert.deepEqual(again, canceled)
  assert.deepEqual(canceled.refunds[0]?.amount, order.totals.total)
  assert.deepEqual(await shop.sentAbout(order.id), [
    'orders.order-placed',
    'payments.refund-payment',
    'orders.order-canceled',
  ])
  // To cancel a canceled order again is no error and does nothing.
  await shop.as(ordersApi, lena).cancel({ params: { id: order.id }, body: {}, headers: keyed() })
  assert.equal((await shop.sentAbout(order.id)).length, 3)

  const refundId = refundsRequested(order.id)[0]?.refundId as string
  await shop.deliver(
    PaymentRefunded({ orderId: order.id, refundId, amount: order.totals.total, totalRefunded: order.totals.total }),
  )
  const read = await shop.as(ordersApi, lena).read({ params: { id: order.id } })
  assert.deepEqual([read.refunds[0]?.status, read.refunded], ['refunded', order.totals.total])
})

test("a customer's note about a cancellation is in the order's timeline, and in no message that becomes a letter", async () => {
  const note = 'You have won: www.evil.example'
  const undo = (order: Order, headers: Record<string, string>) =>
    shop.as(ordersApi, anonymous).cancel({ params: { id: order.id }, body: { reason: note }, headers })
  const order = await bought(1)
  await undo(order, keyed(order.accessKey))
  const refundId = refundsRequested(order.id)[0]?.refundId as string
  const { total } = order.totals
  await shop.deliver(PaymentRefunded({ orderId: order.id, refundId, amount: total, totalRefunded: total }))

  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const unclear = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }]), { token: 'tok_3ds' })
  await undo(unclear.order, keyed(unclear.order.accessKey))
  const late = { orderId: unclear.order.id, refundId: randomUUID() }
  await shop.deliver(PaymentRefunded({ ...late, amount: eur(1990), totalRefunded: eur(1990) }))

  for (const { id } of [order, unclear.order]) {
    const sent = ['payments.refund-payment', 'orders.order-canceled', 'orders.order-refunded'].flatMap((type) =>
      shop.messages<{ orderId: string; reason: string }>(type).filter((one) => one.orderId === id),
    )
    assert.ok(sent.length >= 2)
    assert.doesNotMatch(JSON.stringify(sent), /evil/)
    const { items } = await byStaff().timeline({ params: { id } })
    assert.ok(items.some((entry) => entry.type === 'canceled' && entry.message.includes(note)))
  }
})

test('an order that is on its way cannot be canceled any more', async () => {
  const order = await bought(2)
  await ship(order, [{ sku: order.lines[0]?.sku as string, quantity: 1 }])
  const asked = shop.as(ordersApi, lena).cancel({ params: { id: order.id }, body: {}, headers: keyed() })
  assert.equal(await code(asked), 'too-late-to-cancel')
})

test('a customer cancels a checkout that waits for him, and payments is told to undo the payment', async () => {
  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }]), { token: 'tok_3ds' })
  const headers = keyed(order.accessKey)
  const canceled = await shop.as(ordersApi, anonymous).cancel({ params: { id: order.id }, body: {}, headers })
  assert.deepEqual([canceled.status, canceled.nextAction], ['canceled', undefined])
  assert.deepEqual((await shop.sentAbout(order.id)).slice(-2), ['payments.cancel-payment', 'orders.order-canceled'])
})

test('an order is shipped in parcels, which never hold more than was bought', async () => {
  const order = await bought(3)
  const sku = order.lines[0]?.sku as string
  const first = await ship(order, [{ sku, quantity: 1 }], { carrier: 'DHL', trackingNumber: '00340434161094' })
  assert.deepEqual([first.status, first.lines[0]?.shippedQuantity], ['partially-shipped', 1])
  assert.equal(await code(ship(order, [{ sku, quantity: 3 }])), 'too-many-units')
  assert.equal(await code(ship(order, [{ sku: 'OTHER', quantity: 1 }])), 'too-many-units')
  const last = await ship(order)
  assert.deepEqual([last.status, last.lines[0]?.shippedQuantity, last.shipments.length], ['shipped', 3, 2])
  assert.equal(await code(ship(order)), 'nothing-to-ship')
  await shop.settle()
  const parcels = shop
    .messages<{ orderId: string; complete: boolean; lines: { quantity: number }[] }>('orders.order-shipped')
    .filter((one) => one.orderId === order.id)
  assert.deepEqual(
    parcels.map((parcel) => [parcel.complete, parcel.lines[0]?.quantity]),
    [
      [false, 1],
      [true, 2],
    ],
  )
})

test('ten parcels that are packed at once hold no more than was bought', async () => {
  const order = await bought(3)
  const sku = order.lines[0]?.sku as string
  const parcels = await Promise.allSettled(Array.from({ length: 10 }, () => ship(order, [{ sku, quantity: 1 }])))
  assert.equal(parcels.filter((one) => one.status === 'fulfilled').length, 3)
})

test('an unpaid order is not shipped, and neither are units that were refunded before they were sent', async () => {
  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const { order: waiting } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }]), { token: 'tok_3ds' })
  assert.equal(await code(ship(waiting)), 'not-paid')
  assert.equal(await code(refund(waiting)), 'not-paid')

  const order = await bought(3)
  const line = order.lines[0]?.sku as string
  await refund(order, { lines: [{ sku: line, quantity: 1 }] })
  assert.equal(await code(ship(order, [{ sku: line, quantity: 3 }])), 'too-many-units')
  const shipped = await ship(order)
  assert.deepEqual([shipped.status, shipped.lines[0]?.shippedQuantity], ['shipped', 2])
})

test('refunds by line add up to what was paid for the items, and leave shipping alone', async () => {
  const order = await bought(3)
  const sku = order.lines[0]?.sku as string
  const amounts: number[] = []
  for (let unit = 0; unit < 3; unit++) {
    const { refunds } = await refund(order, { lines: [{ sku, quantity: 1 }] })
    amounts.push(refunds.at(-1)?.amount.amount as number)
  }
  assert.equal(order.totals.total.amount, 3 * 1990 + 490)
  assert.deepEqual(amounts, [1990, 1990, 1990])
  assert.equal(await code(refund(order, { lines: [{ sku, quantity: 1 }] })), 'invalid-refund')
  const rest = (await refund(order)).refunds.at(-1)
  assert.deepEqual([rest?.amount, rest?.parts.shipping.amount], [eur(490), eur(490)])
  assert.equal(await code(refund(order)), 'refund-too-large')
})

test('twenty refunds that are requested at once never exceed what was paid (medusa #16681)', async () => {
  const order = await bought(1)
  const total = order.totals.total.amount
  const asked = await Promise.allSettled(Array.from({ length: 20 }, () => refund(order, { amount: eur(500) })))
  assert.equal(asked.filter((one) => one.status === 'fulfilled').length, Math.floor(total / 500))
  const { refunds } = await refund(order)
  assert.equal(
    refunds.reduce((sum, one) => sum + one.amount.amount, 0),
    total,
  )
  assert.equal(new Set(refunds.map((one) => one.id)).size, refunds.length)
  await shop.settle()
  assert.equal(
    refundsRequested(order.id).reduce((sum, one) => sum + one.amount.amount, 0),
    total,
  )
})

test('several refunds, each with its own outcome (medusa #13433)', async () => {
  const order = await bought(1)
  await refund(order, { amount: eur(300) })
  await refund(order, { amount: eur(200) })
  await shop.settle()
  const [first, second] = refundsRequested(order.id)
  const about = { orderId: order.id, totalRefunded: eur(300) }
  await shop.deliver(
    PaymentRefunded({ ...about, refundId: first?.refundId as string, amount: eur(300) }),
    PaymentRefunded({ ...about, refundId: first?.refundId as string, amount: eur(300) }),
    RefundFailed({ orderId: order.id, refundId: second?.refundId as string, amount: eur(200), reason: 'closed' }),
  )
  const read = await byStaff().read({ params: { id: order.id } })
  assert.deepEqual(
    read.refunds.map((one) => one.status),
    ['refunded', 'failed'],
  )
  assert.deepEqual(read.refunded, eur(300))
  const refunded = (await shop.sentAbout(order.id)).filter((type) => type === 'orders.order-refunded')
  assert.equal(refunded.length, 1)
  // The amount of the failed refund can be refunded again.
  const rest = await refund(order)
  assert.equal(rest.refunds.at(-1)?.amount.amount, order.totals.total.amount - 300)
})

test('a refund of nothing, of too much, or in another currency is refused', async () => {
  const order = await bought(1)
  assert.equal(await code(refund(order, { amount: eur(order.totals.total.amount + 1) })), 'refund-too-large')
  assert.equal(await code(refund(order, { amount: eur(0) })), 'invalid-refund')
  assert.equal(await code(refund(order, { amount: eur(-5) })), 'invalid-refund')
  assert.equal(await code(refund(order, { amount: { amount: 1, currency: 'USD' } })), 'invalid-refund')
  assert.equal(await code(refund(order, { lines: [{ sku: 'OTHER', quantity: 1 }] })), 'invalid-refund')
  assert.equal(await code(refund(order, { amount: eur(1), lines: [{ sku: 'OTHER', quantity: 1 }] })), 'invalid-refund')
})

test('only its owner, staff and a caller with its key can see an order', async () => {
  const order = await bought(1)
  const id = { params: { id: order.id } }
  const read = (caller: typeof staff, headers = {}) => shop.as(ordersApi, caller).read({ ...id, headers })
  for (const allowed of [read(lena), read(staff), read(anonymous, { 'order-key': order.accessKey })]) {
    assert.equal((await allowed).id, order.id)
  }
  const strangers = [anonymous, mallory, { ...mallory, email: order.email }]
  for (const stranger of strangers) {
    const wrongKeys: Record<string, string>[] = [{}, { 'order-key': 'wrong' }, { 'order-key': 'ß'.repeat(22) }]
    for (const headers of wrongKeys) {
      const client = shop.as(ordersApi, stranger)
      assert.equal(await code(client.read({ ...id, headers })), 'not-found')
      assert.equal(await code(client.timeline({ ...id, headers })), 'not-found')
      assert.equal(await code(client.cancel({ ...id, body: {}, headers: { ...keyed(), ...headers } })), 'not-found')
    }
  }
  const other = await bought(1)
  assert.equal(await code(read(mallory, { 'order-key': other.accessKey })), 'not-found')
  assert.equal(await code(shop.as(ordersApi, lena).ship({ ...id, body: {}, headers: keyed() })), 'not-allowed')
  assert.equal(
    await code(shop.as(ordersApi, lena).refund({ ...id, body: { reason: 'Mine' }, headers: keyed() })),
    'not-allowed',
  )
})

test('a customer lists his own orders, page by page; staff finds any by number, e-mail or status', async () => {
  const buyer = customer()
  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const placed: Order[] = []
  for (let i = 0; i < 5; i++) placed.push(await shop.placedOrder(sku, 1, buyer))
  // A guest who gives the customer's e-mail address places a guest's order.
  await shop.buy(await shop.fullCart([{ sku, quantity: 1 }], anonymous, { email: buyer.email }))

  const mine = shop.as(ordersApi, buyer)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await mine.list({ query: { limit: 2, cursor } })
    seen.push(...page.items.map((item) => item.id))
    cursor = page.nextCursor
  } while (cursor)
  assert.deepEqual(seen, placed.map((order) => order.id).reverse())

  const [found] = (await byStaff().list({ query: { number: placed[2]?.number } })).items
  assert.deepEqual([found?.id, found?.itemCount, found?.total], [placed[2]?.id, 1, placed[2]?.totals.total])
  assert.equal((await byStaff().list({ query: { email: buyer.email?.toUpperCase() } })).items.length, 1)
  assert.equal((await byStaff().list({ query: { number: 'nonsense' } })).items.length, 0)
  assert.ok((await byStaff().list({ query: { status: 'paid', limit: 1 } })).nextCursor)
  assert.equal((await shop.as(ordersApi, mallory).list({ query: { number: placed[0]?.number } })).items.length, 0)
  assert.equal(await code(mine.list({ query: { cursor: 'forged' } })), 'invalid-cursor')
  assert.equal(
    await code(mine.list({ query: { cursor: Buffer.from('["x","y"]').toString('base64url') } })),
    'invalid-cursor',
  )
})

test('the timeline says in sentences what happened', async () => {
  const order = await bought(1)
  await ship(order, undefined, { trackingNumber: '42' })
  const { items } = await shop.as(ordersApi, lena).timeline({ params: { id: order.id } })
  assert.deepEqual(
    items.map((item) => item.message),
    ['Checkout began.', 'Payment received. The order is placed.', 'The last parcel is on its way, tracking number 42.'],
  )
  assert.deepEqual(
    items.map(({ type, status }) => [type, status]),
    [
      ['created', 'checking-out'],
      ['paid', 'paid'],
      ['shipped', 'shipped'],
    ],
  )
})

test('an order that does not exist is not found', async () => {
  const params = { id: randomUUID() }
  assert.equal(await code(byStaff().read({ params })), 'not-found')
  assert.equal(await code(byStaff().ship({ params, body: {}, headers: keyed() })), 'not-found')
  assert.equal(await code(byStaff().refund({ params, body: { reason: 'x' }, headers: keyed() })), 'not-found')
})

test('who cancels a canceled order again and again, under new keys, stores no further reply', async () => {
  const order = await shop.placedOrder(await shop.sell('SAUCER-1', 1990))
  const cancel = () =>
    shop.as(ordersApi, anonymous).cancel({ params: { id: order.id }, body: {}, headers: keyed(order.accessKey) })
  const first = await cancel()
  for (let n = 0; n < 5; n++) assert.equal((await cancel()).status, first.status)
  const [row] = await shop.database('orders').sql<{ kept: number }>`
    select count(*) as kept from idempotency where scope = ${`cancel:${order.accessKey}`}`
  assert.equal(row?.kept, 1)
})
