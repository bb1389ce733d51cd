// Tests what the messages of orders do to stock, also when they are late, repeated, or before their cause.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { HoldStock } from '@souk/contracts/inventory'
import { eventually } from '@souk/service/fixture'
import { canceled, openInventory, placed, type TestInventory } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

test('a placed order sells what it reserved, once (saleor #16663, #6136)', async () => {
  const sku = await inventory.stocked({ main: 1 })
  const lines = [{ sku, quantity: 1 }]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(placed(orderId, lines))
  assert.deepEqual(await inventory.level(sku), { onHand: 0, reserved: 0 })
  assert.equal((await inventory.read(orderId)).status, 'committed')
  await inventory.receive(placed(orderId, lines), placed(orderId, lines))
  assert.deepEqual(await inventory.level(sku), { onHand: 0, reserved: 0 })
  await inventory.release(orderId)
  assert.equal((await inventory.read(orderId)).status, 'committed', 'sold stock is not released')
  await inventory.assertInvariants()
})

test('many orders of the same SKUs are settled together while others reserve them, without deadlocks', async () => {
  const skus = await Promise.all(Array.from({ length: 6 }, () => inventory.stocked({ main: 500, east: 500 })))
  const linesOf = (index: number) =>
    [0, 1 + (index % 2), 3 + (index % 3)].map((step) => ({ sku: skus[(index + step) % 6] as string, quantity: 1 }))
  const reserved = await Promise.all(
    Array.from({ length: 200 }, (_, index) => inventory.reserve(linesOf(index), { pinned: true })),
  )
  await Promise.all([
    inventory.receive(...reserved.map(({ orderId }, index) => placed(orderId, linesOf(index)))),
    ...Array.from({ length: 300 }, (_, index) => inventory.reserve(linesOf(index + 1))),
  ])
  const statuses = await Promise.all(reserved.map(async ({ orderId }) => (await inventory.read(orderId)).status))
  assert.ok(statuses.every((status) => status === 'committed'))
  assert.deepEqual(await inventory.sql`select from dead_letter`, [])
  await new Promise((resolve) => setTimeout(resolve, 1_200)) // Connections report their statistics once a second.
  const counted = await inventory.sql`select deadlocks from pg_stat_database where datname = current_database()`
  assert.deepEqual(counted, [{ deadlocks: 0 }])
  await inventory.assertInvariants()
})

test('canceling an order while it is being reserved does not deadlock', async () => {
  const sku = await inventory.stocked({ main: 9 })
  const lines = [{ sku, quantity: 1 }]
  const { orderId: held } = await inventory.reserve(lines)
  const orderId = randomUUIDv7()
  let arriving: Promise<void> | undefined
  await inventory.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`set local deadlock_timeout = '10ms'` // The transaction that finds a deadlock first is the one that fails.
    // The locks of reserve-in-one-statement.ts: first the stock, then the new reservation.
    await sql`select from stock where sku = ${sku} for no key update`
    arriving = inventory.receive(canceled(orderId, lines, false), canceled(held, lines, false))
    await inventory.waitForBlockedStatement()
    await sql`insert into reservation (order_id, status) values (${orderId}, 'pinned')`
  })
  await arriving
  assert.deepEqual(
    [(await inventory.read(orderId)).status, (await inventory.read(held)).status],
    ['released', 'released'],
  )
  await inventory.assertInvariants()
})

test('an order that is placed while it is being reserved is sold once and does not deadlock', async () => {
  const sku = await inventory.stocked({ main: 9 })
  const lines = [{ sku, quantity: 1 }]
  const orderId = randomUUIDv7()
  let arriving: Promise<void> | undefined
  await inventory.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`set local deadlock_timeout = '10ms'`
    await sql`select from stock where sku = ${sku} for no key update`
    arriving = inventory.receive(placed(orderId, lines))
    await inventory.waitForBlockedStatement()
    await sql`insert into reservation (order_id, status) values (${orderId}, 'pinned')`
    await sql`insert into reservation_line (order_id, sku, location, quantity) values (${orderId}, ${sku}, 'main', 1)`
    await sql`
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      values (${sku}, 'main', 'reserved', 0, 1, ${orderId}, 'Test')`
    await sql`update stock set reserved = 1 where sku = ${sku} and location = 'main'`
  })
  await arriving
  assert.deepEqual(await inventory.level(sku), { onHand: 8, reserved: 0 })
  await inventory.assertInvariants()
})

test('a canceled order gives back what it holds (vendure #1198)', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(canceled(orderId, lines, false), canceled(orderId, lines, false))
  assert.equal(await inventory.available(sku), 3)
  assert.equal((await inventory.read(orderId)).status, 'released')
  await inventory.assertInvariants()
})

test('an order canceled after it was paid returns its units to their locations, once (medusa #11131, #12401)', async () => {
  const sku = await inventory.stocked({ main: 2, east: 1 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(placed(orderId, lines))
  assert.equal(await inventory.available(sku), 0)
  await inventory.receive(canceled(orderId, lines, true))
  await inventory.receive(canceled(orderId, lines, true), placed(orderId, lines))
  assert.deepEqual(await inventory.level(sku, 'main'), { onHand: 2, reserved: 0 })
  assert.deepEqual(await inventory.level(sku, 'east'), { onHand: 1, reserved: 0 })
  await inventory.assertInvariants()
})

test('an order placed and canceled in one batch leaves the stock as it was', async () => {
  const sku = await inventory.stocked({ main: 5 })
  const lines = [{ sku, quantity: 2 }]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  await inventory.receive(placed(orderId, lines), canceled(orderId, lines, true))
  assert.deepEqual(await inventory.level(sku), { onHand: 5, reserved: 0 })
  await inventory.assertInvariants()
})

test('after a cancellation that arrives first, the reservation is refused and nothing is sold', async () => {
  const sku = await inventory.stocked({ main: 5 })
  const lines = [{ sku, quantity: 2 }]
  const orderId = randomUUIDv7()
  await inventory.receive(canceled(orderId, lines, false))
  await assert.rejects(inventory.reserve(lines, { orderId }), { code: 'reservation-over' })
  await inventory.receive(placed(orderId, lines))
  assert.deepEqual(await inventory.level(sku), { onHand: 5, reserved: 0 })
  assert.deepEqual((await inventory.read(orderId)).lines, [])
  await inventory.assertInvariants()
})

test('a paid order whose reservation ran out still gets its stock if it is there (vendure #3065, saleor #14733)', async () => {
  const sku = await inventory.stocked({ main: 2, east: 2 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await inventory.reserve(lines, { expiresAt: inventory.inSeconds(-1) })
  await inventory.expireNow()
  await eventually('it has expired', async () => (await inventory.read(orderId)).status === 'expired')
  assert.equal(await inventory.available(sku), 4)
  await inventory.receive(placed(orderId, lines))
  assert.equal(await inventory.available(sku), 1)
  assert.equal((await inventory.read(orderId)).status, 'committed')
  const unknown = randomUUIDv7()
  await inventory.receive(placed(unknown, [{ sku, quantity: 1 }]))
  assert.equal(await inventory.available(sku), 0)
  await inventory.receive(canceled(orderId, lines, true))
  assert.equal(await inventory.available(sku), 3)
  await inventory.assertInvariants()
})

test('a paid order without reservation and without stock is set aside for a person; others of its batch are not', async () => {
  const [none, some] = [await inventory.stocked({ main: 1 }), await inventory.stocked({ main: 1 })]
  const [hopeless, fine] = [randomUUIDv7(), await inventory.reserve([{ sku: some, quantity: 1 }], { pinned: true })]
  await inventory.receive(
    placed(hopeless, [{ sku: none, quantity: 2 }]),
    placed(fine.orderId, [{ sku: some, quantity: 1 }]),
  )
  assert.equal((await inventory.read(fine.orderId)).status, 'committed')
  assert.deepEqual(await inventory.level(none), { onHand: 1, reserved: 0 })
  const dead = await inventory.sql<{ error: string }>`
    select error from dead_letter where key = ${hopeless} and status = 'dead'`
  assert.match(dead[0]?.error ?? '', /is paid, holds no stock, and of .* there are 1 of 2/)
  await inventory.assertInvariants()
})

test('a held reservation expires when the customer never acts, and not after it was sold', async () => {
  const sku = await inventory.stocked({ main: 2 })
  const lines = [{ sku, quantity: 1 }]
  const [waiting, sold] = [
    await inventory.reserve(lines, { pinned: true }),
    await inventory.reserve(lines, { pinned: true }),
  ]
  await inventory.receive(placed(sold.orderId, lines))
  const until = inventory.inSeconds(0.1)
  await inventory.receive(
    ...[waiting, sold, { orderId: randomUUIDv7() }].map(({ orderId }) => HoldStock({ orderId, until })),
  )
  await eventually('it expires', async () => (await inventory.read(waiting.orderId)).status === 'expired')
  assert.equal((await inventory.read(sold.orderId)).status, 'committed')
  assert.deepEqual(await inventory.level(sku), { onHand: 1, reserved: 0 })
  await inventory.assertInvariants()
})

test('a customer who acts in time pins the held reservation again', async () => {
  const sku = await inventory.stocked({ main: 1 })
  const { orderId } = await inventory.reserve([{ sku, quantity: 1 }], { pinned: true })
  await inventory.receive(HoldStock({ orderId, until: inventory.inSeconds(60) }))
  const held = await inventory.read(orderId)
  assert.equal(held.status, 'active')
  assert.ok(held.expiresAt)
  assert.equal((await inventory.pin(orderId)).status, 'pinned')
  await inventory.sql`update reservation set created_at = created_at - interval '1 day' where order_id = ${orderId}`
  await inventory.expireNow()
  assert.equal((await inventory.read(orderId)).status, 'pinned')
})

test('five hundred reservations that ran out are given back together', async () => {
  const sku = await inventory.stocked({ main: 400, east: 100 })
  await Promise.all(
    Array.from({ length: 500 }, () =>
      inventory.reserve([{ sku, quantity: 1 }], { expiresAt: inventory.inSeconds(-1) }),
    ),
  )
  await Promise.all([inventory.expireNow(), inventory.expireNow(), inventory.expireNow()])
  await eventually('all are given back', async () => (await inventory.available(sku)) === 500)
  await inventory.assertInvariants()
})
