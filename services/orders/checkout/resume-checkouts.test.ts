// What happens to a checkout after its request: the resumer, the deadline, and messages that come late, early or twice.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { ReservationExpired } from '@souk/contracts/inventory'
import { ordersApi } from '@souk/contracts/orders'
import {
  type Payment,
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
} from '@souk/contracts/payments'
import { Verbatim } from '@souk/postgres'
import { Refusal } from '@souk/service'
import { anonymous, eventually } from '@souk/service/fixture'
import { eur, keyed, type OrdersShop, openShop } from '../fixture.ts'
import { accessKeyOf } from '../order/access-key.ts'

let shop: OrdersShop
let count = 0
/** The shop's clock is this far ahead of the real one. */
let aheadMs = 0
let stoppedAt: number | undefined
before(async () => {
  shop = await openShop({ now: () => new Date(stoppedAt ?? Date.now() + aheadMs) })
})
after(() => shop.stop())
beforeEach(() => {
  stoppedAt = undefined
  shop.fakes.disturb = () => undefined
})
async function begin(token: string) {
  const orderId = randomUUID()
  const sku = await shop.sell(`BOWL-${++count}`, 2500, { stock: 5 })
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  const answer = await shop.buy(cart, { orderId, token })
  return { orderId, sku, cart, ...answer }
}
const is = (orderId: string, status: string) =>
  eventually(`the order is ${status}`, async () => (await shop.statusOf(orderId)) === status)
const isDown = () => {
  throw new Refusal('unavailable', 503, 'Down.')
}
const about = (orderId: string) => ({ orderId, amount: eur(2990) })

test('a checkout that stands still is finished without its customer (medusa #10949)', async () => {
  for (const broken of ['reserve', 'pay']) {
    shop.fakes.disturb = (call) => (call === broken ? isDown() : undefined)
    const { orderId, status } = await begin('tok_ok')
    assert.equal(status, 202, broken)
    shop.fakes.disturb = () => undefined
    aheadMs += 20_000
    await is(orderId, 'paid')
    const sent = (await shop.sentAbout(orderId)).filter((type) => type !== 'orders.order-changed')
    assert.deepEqual(sent, ['orders.order-placed'])
  }
})

test('an order waits while the outcome of its payment is unknown, and the event decides', async () => {
  const { orderId, status } = await begin('tok_processing')
  assert.equal(status, 202)
  assert.equal(shop.fakes.count('hold', orderId), 1) // What waits for its bank is held unpaid, too.
  shop.fakes.payments.set(orderId, { ...(shop.fakes.payments.get(orderId) as Payment), status: 'captured' })
  await shop.deliver(PaymentCaptured(about(orderId)))
  await is(orderId, 'paid')
  // Twice, and the approval after the capture (Pinelab #620).
  await shop.deliver(PaymentCaptured(about(orderId)), PaymentAuthorized(about(orderId)))
  const sent = (await shop.sentAbout(orderId)).filter((type) => type.startsWith('orders.'))
  assert.deepEqual(sent, ['orders.order-changed', 'orders.order-placed'])
})

test('an order whose payment stays unknown is never given up', async () => {
  const { orderId } = await begin('tok_processing')
  aheadMs += 20 * 60_000
  await eventually('payments are asked once more', () => shop.fakes.count('refresh', orderId) > 0)
  assert.equal(await shop.statusOf(orderId), 'checking-out')
  await shop.deliver(PaymentDeclined({ orderId, decline: { code: 'card-declined', message: 'No.' } }))
  assert.equal(await shop.statusOf(orderId), 'canceled')
})

test('after the customer has agreed, the stock is pinned and the money captured', async () => {
  // The clock stands still, so the resumer never takes the order up.
  stoppedAt = Date.now() + aheadMs
  const { orderId } = await begin('tok_3ds')
  await shop.deliver(PaymentAuthorized(about(orderId)))
  await is(orderId, 'paid')
  assert.deepEqual([shop.fakes.count('pin', orderId), shop.fakes.count('capture', orderId)], [1, 1])
})

test('a capture that fails on the way is taken up again', async () => {
  const { orderId } = await begin('tok_3ds')
  shop.fakes.disturb = (call) => (call === 'capture' ? isDown() : undefined)
  await shop.deliver(PaymentAuthorized(about(orderId)))
  await eventually('the capture was tried', () => shop.fakes.count('capture', orderId) > 0)
  assert.equal(await shop.statusOf(orderId), 'capturing')
  shop.fakes.disturb = () => undefined
  aheadMs += 20_000
  await is(orderId, 'paid')
})

test('money that is there before the reservation, as after a restore, finds stock reserved late', async () => {
  const { orderId } = await begin('tok_3ds')
  shop.fakes.reservations.delete(orderId)
  await shop.deliver(PaymentAuthorized(about(orderId)))
  await is(orderId, 'paid')
  assert.equal(shop.fakes.reservations.get(orderId)?.status, 'pinned')
})

test('money is not captured for stock that is gone: the order and its payment are canceled (vendure #3411)', async () => {
  const { orderId } = await begin('tok_3ds')
  shop.fakes.reservations.set(orderId, { lines: [], status: 'released' })
  await shop.deliver(PaymentAuthorized(about(orderId)))
  await is(orderId, 'canceled')
  assert.equal(shop.fakes.count('capture', orderId), 0)
  const sent = await shop.sentAbout(orderId)
  assert.deepEqual(sent.slice(-2), ['payments.cancel-payment', 'orders.order-canceled'])
})

test('a customer who does not confirm in time loses the reservation', async () => {
  const { orderId } = await begin('tok_3ds')
  assert.equal(await shop.statusOf(orderId), 'awaiting-customer')
  aheadMs += 15 * 60_000 + 1_000
  await is(orderId, 'canceled')
  assert.ok((await shop.sentAbout(orderId)).includes('payments.cancel-payment'))
  const canceled = shop
    .messages<{ orderId: string; reason: string; wasPaid: boolean }>('orders.order-canceled')
    .find((one) => one.orderId === orderId)
  assert.deepEqual([canceled?.reason, canceled?.wasPaid], ['expired', false])
  // The bank captures all the same: the money is given back, and the customer is told when that has succeeded.
  await shop.deliver(PaymentCaptured(about(orderId)))
  assert.equal((await shop.sentAbout(orderId)).filter((type) => type === 'payments.cancel-payment').length, 2)
  await shop.deliver(PaymentRefunded({ ...about(orderId), refundId: randomUUID(), totalRefunded: eur(2990) }))
  assert.ok((await shop.sentAbout(orderId)).includes('orders.order-refunded'))
})

test('an order that cannot be expired does not hold up others', async () => {
  const [first, second] = [await begin('tok_3ds'), await begin('tok_3ds')]
  const { sql } = shop.database('orders')
  const isNotFirst = new Verbatim(`order_id <> '${first.orderId}'`)
  await sql`alter table order_event add constraint broken check (${isNotFirst}) not valid`
  aheadMs += 15 * 60_000 + 1_000
  await is(second.orderId, 'canceled')
  assert.equal(await shop.statusOf(first.orderId), 'awaiting-customer')
  await sql`alter table order_event drop constraint broken`
  await is(first.orderId, 'canceled')
})

test('a reservation that expires ends a checkout that waits for the customer', async () => {
  const { orderId } = await begin('tok_3ds')
  await shop.deliver(ReservationExpired({ orderId }))
  assert.equal(await shop.statusOf(orderId), 'canceled')
})

test('an order that is canceled during the call to payments stays canceled, and the money is given back', async () => {
  const sku = await shop.sell(`BOWL-${++count}`, 2500)
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  const orderId = randomUUID()
  shop.fakes.disturb = async (call) => {
    if (call !== 'pay') return
    const secret = shop.running.services.get('orders')?.context.settings.accessKeySecret as string
    await shop
      .as(ordersApi, anonymous)
      .cancel({ params: { id: orderId }, body: {}, headers: keyed(accessKeyOf(orderId, secret)) })
  }
  const { status, problem } = await shop.buy(cart, { orderId })
  assert.deepEqual([status, problem.code], [409, 'order-canceled'])
  const sent = await shop.sentAbout(orderId)
  assert.deepEqual(sent, ['payments.cancel-payment', 'orders.order-canceled', 'payments.cancel-payment'])
})

test('the timeline numbers every step, and its states are those of the saga', async () => {
  const { orderId } = await begin('tok_3ds')
  await shop.deliver(PaymentAuthorized(about(orderId)))
  await is(orderId, 'paid')
  const steps = await shop.database('orders').sql<{ version: number; status: string }>`
    select version, status from order_event where order_id = ${orderId} order by version`
  assert.deepEqual(
    steps.map((step) => `${step.version} ${step.status}`),
    ['1 checking-out', '2 awaiting-customer', '3 capturing', '4 paid'],
  )
})

test('many checkouts without an answer do not hold up a stop', async () => {
  let aheadOfUs = 0
  const busy = await openShop({ now: () => new Date(Date.now() + aheadOfUs) })
  try {
    const sku = await busy.sell('BOWL', 2500, { stock: 100 })
    let asked = 0
    busy.fakes.disturb = (call) => {
      if (call !== 'pay') return
      asked++
      aheadOfUs += 20_000 // While one is resumed, all others become due.
    }
    const carts = await Promise.all(Array.from({ length: 60 }, () => busy.fullCart([{ sku, quantity: 1 }])))
    await Promise.all(carts.map((cart) => busy.buy(cart, { token: 'tok_processing' })))
    await eventually('the resumer goes round', () => asked > 200)
    let hasStopped = false
    void busy.running.stop().then(() => {
      hasStopped = true
    })
    await eventually('the shop has stopped', () => hasStopped)
  } finally {
    busy.fakes.disturb = () => undefined
    await busy.stop()
  }
})
