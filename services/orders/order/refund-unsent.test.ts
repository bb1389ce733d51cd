// Units that are refunded before they were sent. When the refund succeeds, they go back on the shelf, and an order of which
// nothing is left to send has ended. When it fails, they are to be sent after all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Order, ordersApi } from '@souk/contracts/orders'
import { PaymentRefunded, RefundFailed } from '@souk/contracts/payments'
import { anonymous, refusalOf, staff } from '@souk/service/fixture'
import { address, eur, keyed, type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const byStaff = () => shop.as(ordersApi, staff)
/** Units of one new SKU at 19.90, plus 4.90 for shipping. */
const bought = async (quantity: number) => shop.placedOrder(await shop.sell(`LAMP-${++count}`, 1990), quantity)
const unitsOf = (order: Order, quantity: number) => [{ sku: order.lines[0]?.sku as string, quantity }]
const ship = (order: Order, quantity?: number) =>
  byStaff().ship({
    params: { id: order.id },
    body: quantity ? { lines: unitsOf(order, quantity) } : {},
    headers: keyed(),
  })
const cancel = (order: Order) => byStaff().cancel({ params: { id: order.id }, body: {}, headers: keyed() })
/** Requests a refund: of some units, of an amount, or of all that is left. */
async function ask(order: Order, asked: { units?: number; cents?: number } = {}) {
  const lines = asked.units ? unitsOf(order, asked.units) : undefined
  const amount = asked.cents ? eur(asked.cents) : undefined
  const body = { reason: 'Broken', lines, amount }
  const { refunds } = await byStaff().refund({ params: { id: order.id }, body, headers: keyed() })
  const { id: refundId, amount: money } = refunds.at(-1) as Order['refunds'][number]
  const about = { orderId: order.id, refundId, amount: money }
  return {
    money,
    succeeds: () => shop.deliver(PaymentRefunded({ ...about, totalRefunded: money })),
    fails: () => shop.deliver(RefundFailed({ ...about, reason: 'closed account' })),
  }
}
const read = (order: Order) => byStaff().read({ params: { id: order.id } })
const messagesAbout = (order: Order, type: string) =>
  shop.messages<Record<string, unknown> & { orderId: string }>(type).filter((one) => one.orderId === order.id)
/** For each refund that was announced, how many units go back on the shelf. */
const unsentOf = (order: Order) =>
  messagesAbout(order, 'orders.order-refunded').map(({ unsent }) =>
    ((unsent as { quantity: number }[] | undefined) ?? []).reduce((sum, one) => sum + one.quantity, 0),
  )
const lastEntry = async (order: Order) => (await byStaff().timeline({ params: { id: order.id } })).items.at(-1)?.message
const code = async (call: Promise<unknown>) => (await refusalOf(call)).code

test('one of two is sent and the other refunded: the order is shipped when the money is back', async () => {
  const order = await bought(2)
  await ship(order, 1)
  const refund = await ask(order, { units: 1 })
  assert.equal((await read(order)).status, 'partially-shipped')
  await refund.succeeds()
  await refund.succeeds()
  assert.equal((await read(order)).status, 'shipped')
  assert.deepEqual(unsentOf(order), [1])
  assert.deepEqual(messagesAbout(order, 'orders.order-changed').at(-1)?.status, 'shipped')
  assert.equal(await lastEntry(order), '€19.90 (items) went back to the customer. Everything else has been sent.')
  assert.equal(await code(ship(order)), 'nothing-to-ship')
})

test('all of it is refunded before anything was sent: the order is canceled when the last money is back', async () => {
  const order = await bought(2)
  const [first, second] = [await ask(order, { units: 1 }), await ask(order, { units: 1 })]
  await second.succeeds()
  assert.equal((await read(order)).status, 'paid', 'the first may still fail, and then its unit is sent')
  await first.succeeds()
  await first.succeeds()
  const { status, cancelReason, refunded } = await read(order)
  assert.deepEqual([status, cancelReason, refunded], ['canceled', 'refunded', eur(2 * 1990)])
  assert.deepEqual(unsentOf(order), [1, 1])
  const [canceled, ...more] = messagesAbout(order, 'orders.order-canceled')
  assert.deepEqual([canceled?.reason, canceled?.wasPaid, more.length], ['refunded', true, 0])
  const sent = (await shop.sentAbout(order.id)).filter((type) => type.startsWith('orders.'))
  assert.deepEqual(sent.slice(-2), ['orders.order-refunded', 'orders.order-canceled'])
  assert.equal(
    await lastEntry(order),
    '€19.90 (items) went back to the customer. The order is canceled: nothing is left to send.',
  )
  assert.equal((await cancel(order)).cancelReason, 'refunded')
})

test('an order ends with its last unit, also while goodwill is on its way, and whatever becomes of that', async () => {
  for (const outcome of ['succeeds', 'fails'] as const) {
    const order = await bought(1)
    const apology = await ask(order, { cents: 500 })
    const rest = await ask(order)
    await rest.succeeds()
    assert.equal((await read(order)).status, 'canceled')
    await apology[outcome]()
    const { status, refunded } = await read(order)
    assert.deepEqual([status, refunded.amount], ['canceled', outcome === 'fails' ? 2480 - 500 : 2480])
  }
})

test('a failed refund leaves its units to be sent', async () => {
  const order = await bought(2)
  await ship(order, 1)
  const refund = await ask(order, { units: 1 })
  await refund.fails()
  assert.equal((await read(order)).status, 'partially-shipped')
  assert.equal((await ship(order)).status, 'shipped')
  assert.deepEqual(unsentOf(order), [])
})

test('a refund that fails after the rest was sent: its units are to be sent again', async () => {
  const order = await bought(2)
  const refund = await ask(order, { units: 1 })
  assert.equal((await ship(order)).status, 'shipped')
  await refund.fails()
  assert.equal((await read(order)).status, 'partially-shipped')
  assert.equal(messagesAbout(order, 'orders.order-changed').at(-1)?.status, 'partially-shipped')
  const whole = await ship(order)
  assert.deepEqual([whole.status, whole.lines[0]?.shippedQuantity], ['shipped', 2])
})

test('a refund that succeeds after the rest was sent still brings its units back', async () => {
  const order = await bought(2)
  const refund = await ask(order, { units: 1 })
  await ship(order)
  await refund.succeeds()
  assert.equal((await read(order)).status, 'shipped')
  assert.deepEqual(unsentOf(order), [1])
})

test('a refund that succeeds after it had failed brings back only what was not sent meanwhile', async () => {
  const order = await bought(3)
  const refund = await ask(order, { units: 2 })
  await refund.fails()
  await ship(order, 2)
  await refund.succeeds()
  assert.equal((await read(order)).status, 'shipped')
  assert.deepEqual(unsentOf(order), [1])
})

test('units that were sent do not come back by a refund, and neither does a refunded amount bring units back', async () => {
  const order = await bought(2)
  await ship(order)
  await (await ask(order, { units: 1 })).succeeds()
  await (await ask(order)).succeeds()
  assert.equal((await read(order)).status, 'shipped')
  const other = await bought(1)
  await (await ask(other, { cents: 2480 })).succeeds()
  assert.equal((await read(other)).status, 'paid')
  assert.deepEqual([unsentOf(order), unsentOf(other)], [[0, 0], [0]])
})

test('an order that is canceled while a refund is on its way brings its units back by the cancellation alone', async () => {
  const order = await bought(3)
  await (await ask(order, { units: 1 })).succeeds()
  const pending = await ask(order, { units: 1 })
  await cancel(order)
  await pending.succeeds()
  assert.equal((await read(order)).cancelReason, 'by-staff')
  assert.deepEqual(unsentOf(order), [1, 0])
  const [canceled] = messagesAbout(order, 'orders.order-canceled')
  assert.deepEqual(canceled?.goingBack, eur(1990 + 490), 'the third, which nobody had asked for, and shipping')
})

test('the last units take the last cent, whichever refund had failed before', async () => {
  // Three at 19.90, and 4.78 of tax on top: 64.48 cannot be divided by three.
  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const abroad = { shippingAddress: { ...address, postalCode: '10001', region: 'NY', country: 'US' } }
  const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 3 }], anonymous, abroad))
  const [first, second, third] = [
    await ask(order, { units: 1 }),
    await ask(order, { units: 1 }),
    await ask(order, { units: 1 }),
  ]
  assert.deepEqual([first.money.amount, second.money.amount, third.money.amount], [2149, 2150, 2149])
  await Promise.all([first.succeeds(), second.fails(), third.succeeds()])
  const again = await ask(order, { units: 1 })
  assert.equal(again.money.amount, 2150)
  await again.succeeds()
  assert.equal((await read(order)).status, 'canceled')
})

test('a refund that succeeds while the rest is sent or the order canceled: every unit is either sent or put back', async () => {
  for (const [round, deed] of [ship, cancel, ship, cancel, ship, cancel].entries()) {
    const order = await bought(2)
    const refund = await ask(order, { units: round < 4 ? 1 : 2 })
    await Promise.allSettled([refund.succeeds(), deed(order)])
    const { status, lines } = await read(order)
    const back = unsentOf(order).reduce((sum, one) => sum + one, 0)
    const sent = lines[0]?.shippedQuantity ?? 0
    if (status === 'canceled') assert.equal(sent, 0)
    else assert.deepEqual([status, sent + back], ['shipped', 2])
    assert.equal(messagesAbout(order, 'orders.order-canceled').length, status === 'canceled' ? 1 : 0)
  }
})
