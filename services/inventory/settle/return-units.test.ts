// Tests that units which are not sent, or come back, are returned to their locations once, even if a message is late or repeated.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { StockLine } from '@souk/contracts/inventory'
import { canceled, openInventory, placed, refunded, type TestInventory, unitsCanceled } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

async function sold(lines: StockLine[]): Promise<string> {
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(placed(orderId, lines))
  return orderId
}
/** The returned units of a SKU, oldest first, and their cause. */
const returnsOf = (sku: string) =>
  inventory.sql<{ location: string; quantity: number; reference: string; reason: string }>`
    select location, on_hand_change as quantity, reference, reason
    from stock_movement
    where sku = ${sku} and kind = 'returned'
    order by id, location`
/** Delivers the messages of an order again, after the inbox has forgotten them. */
async function redeliver(orderId: string) {
  await inventory.sql`delete from inbox`
  await inventory.shop.transport.publish(inventory.shop.transport.log.filter((one) => one.key === orderId))
  await inventory.shop.settle()
}

test('refunded units come back to the locations they were taken from, with the refund as the cause', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const orderId = await sold([{ sku, quantity: 3 }])
  const [first, second] = [randomUUIDv7(), randomUUIDv7()]
  await inventory.receive(refunded(orderId, [{ sku, quantity: 2 }], first))
  assert.equal(await inventory.available(sku), 2)
  await inventory.assertInvariants()
  await inventory.receive(refunded(orderId, [{ sku, quantity: 1 }], second))
  assert.deepEqual(await inventory.level(sku, 'main'), { onHand: 2, reserved: 0 })
  assert.deepEqual(await inventory.level(sku, 'east'), { onHand: 1, reserved: 0 })
  const causes = (await returnsOf(sku)).map(({ quantity, reference }) => `${quantity} ${reference}`)
  assert.deepEqual(causes.sort(), [`1 ${first}`, `1 ${first}`, `1 ${second}`].sort())
  assert.equal((await returnsOf(sku))[0]?.reason, 'Refunded before it was sent (S-1)')
  await inventory.assertInvariants()
})

test('a refund whose message is repeated much later returns nothing again', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const orderId = await sold([{ sku, quantity: 3 }])
  await inventory.receive(refunded(orderId, [{ sku, quantity: 1 }]))
  await redeliver(orderId)
  assert.equal(await inventory.available(sku), 1)
  await inventory.receive(canceled(orderId, [{ sku, quantity: 3 }], true))
  await redeliver(orderId)
  assert.equal(await inventory.available(sku), 3)
  await inventory.assertInvariants()
})

test('a cancellation returns what no refund has returned before', async () => {
  const [sku, other] = [await inventory.stocked({ main: 5 }), await inventory.stocked({ main: 1 })]
  const lines = [
    { sku, quantity: 3 },
    { sku: other, quantity: 1 },
  ]
  const orderId = await sold(lines)
  await inventory.receive(refunded(orderId, [{ sku, quantity: 2 }]), refunded(orderId, [{ sku: other, quantity: 1 }]))
  await inventory.receive(canceled(orderId, lines, true), refunded(orderId, [{ sku, quantity: 1 }]))
  assert.deepEqual(await inventory.level(sku), { onHand: 5, reserved: 0 })
  assert.deepEqual(
    (await returnsOf(sku)).map(({ quantity }) => quantity),
    [2, 1],
  )
  assert.equal((await returnsOf(other)).length, 1)
  assert.equal((await inventory.read(orderId)).status, 'released')
  await inventory.assertInvariants()
})

test('placed, refunded and canceled in one batch: the stock is as before, and one message says that the SKU is back', async () => {
  const sku = await inventory.stocked({ main: 2 })
  const lines = [{ sku, quantity: 2 }]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(
    placed(orderId, lines),
    refunded(orderId, [{ sku, quantity: 1 }]),
    refunded(orderId, [{ sku, quantity: 1 }]),
    canceled(orderId, lines, true),
  )
  assert.deepEqual(await inventory.level(sku), { onHand: 2, reserved: 0 })
  const back = (await inventory.eventsOf(sku)).filter((one) => one.startsWith('back-in-stock'))
  assert.equal(back.length, 2, 'once with the delivery, once with the cancellation')
  await inventory.assertInvariants()
})

test('a refund of what was sent, or of an amount, moves no stock', async () => {
  const sku = await inventory.stocked({ main: 2 })
  const orderId = await sold([{ sku, quantity: 2 }])
  await inventory.receive(refunded(orderId, undefined), refunded(orderId, []))
  assert.equal(await inventory.available(sku), 0)
  assert.deepEqual(await inventory.sql`select from dead_letter where key = ${orderId}`, [])
})

test('sent units that come back with a refund are returned, with unsent ones of the same refund, once', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const orderId = await sold([{ sku, quantity: 3 }])
  const [first, second] = [randomUUIDv7(), randomUUIDv7()]
  await inventory.receive(refunded(orderId, undefined, first, [{ sku, quantity: 1 }]))
  await inventory.receive(refunded(orderId, [{ sku, quantity: 1 }], second, [{ sku, quantity: 1 }]))
  await redeliver(orderId)
  assert.deepEqual(await inventory.level(sku, 'main'), { onHand: 2, reserved: 0 })
  assert.deepEqual(await inventory.level(sku, 'east'), { onHand: 1, reserved: 0 })
  const reasons = (await returnsOf(sku)).map(({ quantity, reason }) => `${quantity} ${reason}`)
  assert.deepEqual(reasons.sort(), ['1 Sent back (S-1)', '2 Refunded or sent back (S-1)'])
  await inventory.assertInvariants()
})

test('units that are canceled without money are returned once, and the cancellation of the order returns the rest', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const orderId = await sold([{ sku, quantity: 3 }])
  const message = unitsCanceled(orderId, [{ sku, quantity: 2 }])
  await inventory.receive(message, message)
  await redeliver(orderId)
  assert.equal(await inventory.available(sku), 2)
  assert.equal((await returnsOf(sku))[0]?.reason, 'Canceled before it was sent (S-1)')
  await inventory.receive(canceled(orderId, [{ sku, quantity: 3 }], true))
  assert.equal(await inventory.available(sku), 3)
  await inventory.assertInvariants()
})

test('a refund before the sale is set aside for a person, and delays no other message', async () => {
  const sku = await inventory.stocked({ main: 5 })
  const lines = [{ sku, quantity: 2 }]
  const [{ orderId }, never] = [await inventory.reserve(lines, { pinned: true }), randomUUIDv7()]
  await inventory.receive(refunded(orderId, [{ sku, quantity: 1 }]), refunded(never, [{ sku, quantity: 1 }]))
  const dead = await inventory.sql<{ error: string }>`
    select error from dead_letter where key = any(${[orderId, never]}::text[]) and status = 'dead'`
  assert.equal(dead.length, 2)
  assert.match(dead[0]?.error ?? '', /gets back units that were never sold/)
  await inventory.receive(placed(orderId, lines))
  assert.deepEqual(await inventory.level(sku), { onHand: 3, reserved: 0 })
  await inventory.assertInvariants()
})

test('many refunds of the same SKUs while others reserve them: each unit is returned once', async () => {
  const skus = await Promise.all(Array.from({ length: 4 }, () => inventory.stocked({ main: 60, east: 60 })))
  const linesOf = (index: number) => [0, 1].map((step) => ({ sku: skus[(index + step) % 4] as string, quantity: 2 }))
  const orders = await Promise.all(Array.from({ length: 40 }, (_, index) => sold(linesOf(index))))
  const unsent = (index: number) => linesOf(index).map((line) => ({ ...line, quantity: 1 }))
  await Promise.all([
    inventory.receive(...orders.map((orderId, index) => refunded(orderId, unsent(index)))),
    ...Array.from({ length: 60 }, (_, index) => inventory.reserve(linesOf(index).reverse())),
  ])
  for (const sku of skus) assert.equal((await returnsOf(sku)).length, 20)
  await inventory.receive(...orders.map((orderId, index) => canceled(orderId, linesOf(index), true)))
  for (const sku of skus) assert.equal(await inventory.available(sku), 60)
  await inventory.assertInvariants()
})
