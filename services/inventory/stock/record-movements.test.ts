// Tests the movements that staff records, and the messages about stock thresholds.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inventoryApi } from '@souk/contracts/inventory'
import { customer, eventually, refusalOf, staff } from '@souk/service/fixture'
import { canceled, openInventory, placed, type TestInventory } from '../fixture.ts'
import { roundsOf } from './record-movements.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

test('each kind of movement changes the stock as it says', async () => {
  const sku = inventory.newSku()
  const steps = [
    ['received', 10, 10],
    ['damaged', 2, 8],
    ['returned', 1, 9],
    ['adjusted', -3, 6],
    ['adjusted', 1, 7],
    ['counted', 20, 20],
    ['counted', 4, 4],
    ['counted', 4, 4],
    ['counted', 0, 0],
  ] as const
  for (const [kind, quantity, onHand] of steps) {
    const level = await inventory.move(sku, kind, quantity)
    assert.deepEqual([level.sku, level.location, level.onHand, level.available], [sku, 'main', onHand, onHand], kind)
  }
  await inventory.assertInvariants()
})

test('reserved stock cannot be counted, damaged or adjusted away', async () => {
  const sku = await inventory.stocked({ main: 5 })
  await inventory.reserve([{ sku, quantity: 4 }])
  for (const [kind, quantity] of [
    ['counted', 3],
    ['damaged', 2],
    ['adjusted', -2],
  ] as const) {
    const refusal = await refusalOf(inventory.move(sku, kind, quantity))
    assert.deepEqual([refusal.code, refusal.status], ['not-enough-stock', 409], kind)
  }
  assert.deepEqual(await inventory.level(sku), { onHand: 5, reserved: 4 })
  assert.equal((await inventory.move(sku, 'counted', 4)).available, 0)
  await inventory.assertInvariants()
})

test('an invalid quantity and an unknown location are refused', async () => {
  const sku = inventory.newSku()
  for (const [kind, quantity] of [
    ['received', 0],
    ['received', -1],
    ['damaged', -1],
    ['returned', 0],
    ['adjusted', 0],
    ['counted', -1],
  ] as const) {
    assert.equal((await refusalOf(inventory.move(sku, kind, quantity))).code, 'invalid-quantity', `${kind} ${quantity}`)
  }
  assert.equal((await refusalOf(inventory.move(sku, 'received', 1, 'moon'))).code, 'location-unknown')
  assert.equal(await inventory.level(sku), undefined)
  assert.equal((await refusalOf(inventory.move(sku, 'counted', 2_000_000))).code, 'invalid-request')
})

test('only staff moves stock, with an idempotency key, and the same key moves it once', async () => {
  const sku = inventory.newSku()
  const { move } = inventoryApi.routes
  const input = {
    params: { sku },
    body: { location: 'main', kind: 'received', quantity: 5, reason: 'Delivery 12' },
    headers: inventory.key(),
  }
  assert.equal((await inventory.shop.request(move, input)).status, 401)
  assert.equal((await inventory.shop.request(move, input, customer())).status, 403)
  assert.equal((await inventory.shop.request(move, { ...input, headers: {} }, staff)).status, 400)
  const atOnce = await Promise.all([1, 2, 3].map(() => inventory.shop.request(move, input, staff)))
  assert.ok(atOnce.some(({ status }) => status === 201) && atOnce.every(({ status }) => [201, 409].includes(status)))
  const moved = atOnce.find(({ status }) => status === 201)
  const again = await inventory.shop.request(move, input, staff)
  assert.deepEqual([again.status, again.body], [201, moved?.body])
  assert.deepEqual(await inventory.level(sku), { onHand: 5, reserved: 0 })
  const { items } = await inventory.asStaff.listMovements({ params: { sku } })
  const [{ by, reason, kind, onHandChange } = {} as never] = items
  assert.deepEqual([items.length, by, reason, kind, onHandChange], [1, staff.userId, 'Delivery 12', 'received', 5])
})

test('a delivery of many movements is recorded whole or not at all, in its order', async () => {
  const sku = inventory.newSku()
  const line = (kind: 'received' | 'damaged' | 'counted', quantity: number, location = 'main') => ({
    sku,
    location,
    kind,
    quantity,
    reason: 'Delivery',
  })
  const good = [line('received', 10), line('received', 5, 'east'), line('damaged', 3), line('counted', 6)]
  assert.deepEqual(await inventory.asStaff.moveMany({ body: { movements: good }, headers: inventory.key() }), {
    count: 4,
  })
  assert.deepEqual(
    [await inventory.level(sku), await inventory.level(sku, 'east')],
    [
      { onHand: 6, reserved: 0 },
      { onHand: 5, reserved: 0 },
    ],
  )
  const bad = [line('received', 100), line('damaged', 107)]
  const refusal = await refusalOf(inventory.asStaff.moveMany({ body: { movements: bad }, headers: inventory.key() }))
  assert.equal(refusal.code, 'not-enough-stock')
  assert.equal(await inventory.available(sku), 11)
  await inventory.assertInvariants()
})

test('movements of one SKU at one location go in rounds, others together', () => {
  const movement = (sku: string, quantity: number) =>
    ({ sku, location: 'main', kind: 'received', quantity, reason: 'x' }) as const
  const rounds = roundsOf([movement('a', 1), movement('a', 2), movement('b', 3), movement('a', 4)])
  assert.deepEqual(
    rounds.map((round) => round.map((it) => it.quantity)),
    [[1, 3], [2], [4]],
  )
})

test('a new SKU that is received at two locations at once is announced once', async () => {
  for (let i = 0; i < 5; i++) {
    const sku = inventory.newSku()
    await Promise.all(['main', 'east', 'main', 'east'].map((location) => inventory.move(sku, 'received', 2, location)))
    assert.equal(await inventory.available(sku), 8)
    assert.equal((await inventory.eventsOf(sku)).filter((it) => it.startsWith('back-in-stock')).length, 1)
  }
})

test('low, sold out and back in stock are sent once each time a threshold is crossed', async () => {
  const sku = inventory.newSku()
  await inventory.move(sku, 'received', 6)
  const first = await inventory.reserve([{ sku, quantity: 2 }], { pinned: true })
  const second = await inventory.reserve([{ sku, quantity: 1 }])
  await inventory.reserve([{ sku, quantity: 1 }])
  await inventory.reserve([{ sku, quantity: 2 }])
  assert.deepEqual(await inventory.eventsOf(sku), ['back-in-stock 6', 'stock-low 3', 'sold-out'])
  await inventory.release(second.orderId)
  await inventory.release(second.orderId)
  await inventory.receive(placed(first.orderId, [{ sku, quantity: 2 }]))
  const late = await inventory.reserve([{ sku, quantity: 1 }], { expiresAt: inventory.inSeconds(-1) })
  await inventory.expireNow()
  await eventually('it has expired', async () => (await inventory.read(late.orderId)).status === 'expired')
  await inventory.receive(canceled(first.orderId, [{ sku, quantity: 2 }], true))
  await inventory.move(sku, 'received', 5)
  await inventory.reserve([{ sku, quantity: 8 }])
  assert.deepEqual((await inventory.eventsOf(sku)).slice(3), [
    'back-in-stock 1',
    'sold-out',
    'back-in-stock 1',
    'sold-out',
  ])
})

test('fifty buyers over two warehouses, with one SKU or two: low once, sold out once', async () => {
  const other = await inventory.stocked({ main: 10_000 })
  for (let i = 0; i < 6; i++) {
    const sku = await inventory.stocked({ main: 12, east: 13 })
    const more = i % 2 === 0 ? [] : [{ sku: other, quantity: 1 }]
    const lines = (n: number) => [{ sku, quantity: 1 + (n % 2) }, ...more]
    await Promise.allSettled(Array.from({ length: 50 }, (_, index) => inventory.reserve(lines(index))))
    const events = await inventory.eventsOf(sku)
    assert.deepEqual(
      events.map((it) => it.split(' ')[0]),
      ['back-in-stock', 'stock-low', 'sold-out'],
      events.join(),
    )
  }
  await inventory.assertInvariants()
})

test('when the message cannot be stored, nothing is reserved', async () => {
  const sku = await inventory.stocked({ main: 1 })
  await inventory.sql`alter table outbox add constraint closed check (type <> 'inventory.sold-out') not valid`
  await assert.rejects(inventory.reserve([{ sku, quantity: 1 }]))
  await inventory.sql`alter table outbox drop constraint closed`
  assert.equal(await inventory.available(sku), 1)
  await inventory.reserve([{ sku, quantity: 1 }])
  assert.deepEqual((await inventory.eventsOf(sku)).at(-1), 'sold-out')
})
