// What the orders' messages do to stock: once, late, twice, or before their cause.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { HoldStock } from '@souk/contracts/inventory'
import { eventually } from '@souk/service/fixture'
import { type Counter, canceled, openCounter, placed } from '../fixture.ts'

let counter: Counter
before(async () => {
  counter = await openCounter()
})
after(() => counter.close())

test('a placed order takes what it reserved off the shelf, once (saleor #16663, #6136)', async () => {
  const sku = await counter.stocked({ main: 1 })
  const lines = [{ sku, quantity: 1 }]
  const { orderId } = await counter.reserve(lines, { pinned: true })
  await counter.arrive(placed(orderId, lines))
  assert.deepEqual(await counter.level(sku), { onHand: 0, reserved: 0 })
  assert.equal((await counter.read(orderId)).status, 'committed')
  await counter.arrive(placed(orderId, lines), placed(orderId, lines))
  assert.deepEqual(await counter.level(sku), { onHand: 0, reserved: 0 })
  await counter.release(orderId)
  assert.equal((await counter.read(orderId)).status, 'committed', 'what is sold is not released')
  await counter.sound()
})

test('many orders of the same SKUs are settled together while others reserve them, without deadlocks', async () => {
  const skus = await Promise.all(Array.from({ length: 6 }, () => counter.stocked({ main: 500, east: 500 })))
  const linesOf = (index: number) =>
    [0, 1 + (index % 2), 3 + (index % 3)].map((step) => ({ sku: skus[(index + step) % 6] as string, quantity: 1 }))
  const reserved = await Promise.all(
    Array.from({ length: 200 }, (_, index) => counter.reserve(linesOf(index), { pinned: true })),
  )
  await Promise.all([
    counter.arrive(...reserved.map(({ orderId }, index) => placed(orderId, linesOf(index)))),
    ...Array.from({ length: 300 }, (_, index) => counter.reserve(linesOf(index + 1))),
  ])
  const statuses = await Promise.all(reserved.map(async ({ orderId }) => (await counter.read(orderId)).status))
  assert.ok(statuses.every((status) => status === 'committed'))
  assert.deepEqual(await counter.sql`select from dead_letter`, [])
  await new Promise((resolve) => setTimeout(resolve, 1_200)) // Connections report what they counted once a second.
  const counted = await counter.sql`select deadlocks from pg_stat_database where datname = current_database()`
  assert.deepEqual(counted, [{ deadlocks: 0 }])
  await counter.sound()
})

test('an order that is canceled in the instant in which it is reserved keeps nobody waiting in a circle', async () => {
  const sku = await counter.stocked({ main: 9 })
  const lines = [{ sku, quantity: 1 }]
  const { orderId: held } = await counter.reserve(lines)
  const orderId = randomUUIDv7()
  let arriving: Promise<void> | undefined
  await counter.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`set local deadlock_timeout = '10ms'` // Whoever looks for a circle first is the one who is ended.
    // What reserving does where there is plenty: it locks the stock, and stores the reservation last.
    await sql`select from stock where sku = ${sku} for no key update`
    arriving = counter.arrive(canceled(orderId, lines, false), canceled(held, lines, false))
    await counter.someoneWaits()
    await sql`insert into reservation (order_id, status) values (${orderId}, 'pinned')`
  })
  await arriving
  assert.deepEqual([(await counter.read(orderId)).status, (await counter.read(held)).status], ['released', 'released'])
  await counter.sound()
})

test('an order that is reserved in the instant in which its payment is told is sold once, and nobody waits in a circle', async () => {
  const sku = await counter.stocked({ main: 9 })
  const lines = [{ sku, quantity: 1 }]
  const orderId = randomUUIDv7()
  let arriving: Promise<void> | undefined
  await counter.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`set local deadlock_timeout = '10ms'`
    await sql`select from stock where sku = ${sku} for no key update`
    arriving = counter.arrive(placed(orderId, lines))
    await counter.someoneWaits()
    await sql`insert into reservation (order_id, status) values (${orderId}, 'pinned')`
    await sql`insert into reservation_line (order_id, sku, location, quantity) values (${orderId}, ${sku}, 'main', 1)`
    await sql`
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      values (${sku}, 'main', 'reserved', 0, 1, ${orderId}, 'Test')`
    await sql`update stock set reserved = 1 where sku = ${sku} and location = 'main'`
  })
  await arriving
  assert.deepEqual(await counter.level(sku), { onHand: 8, reserved: 0 })
  await counter.sound()
})

test('a canceled order gives back what it holds (vendure #1198)', async () => {
  const sku = await counter.stocked({ main: 2, east: 1 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await counter.reserve(lines, { pinned: true })
  await counter.arrive(canceled(orderId, lines, false), canceled(orderId, lines, false))
  assert.equal(await counter.available(sku), 3)
  assert.equal((await counter.read(orderId)).status, 'released')
  await counter.sound()
})

test('an order canceled after it was paid comes back to where it lay, once (medusa #11131, #12401)', async () => {
  const sku = await counter.stocked({ main: 2, east: 1 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await counter.reserve(lines, { pinned: true })
  await counter.arrive(placed(orderId, lines))
  assert.equal(await counter.available(sku), 0)
  await counter.arrive(canceled(orderId, lines, true))
  await counter.arrive(canceled(orderId, lines, true), placed(orderId, lines))
  assert.deepEqual(await counter.level(sku, 'main'), { onHand: 2, reserved: 0 })
  assert.deepEqual(await counter.level(sku, 'east'), { onHand: 1, reserved: 0 })
  await counter.sound()
})

test('placed and canceled in one breath leaves the stock as it was', async () => {
  const sku = await counter.stocked({ main: 5 })
  const lines = [{ sku, quantity: 2 }]
  const { orderId } = await counter.reserve(lines, { pinned: true })
  await counter.arrive(placed(orderId, lines), canceled(orderId, lines, true))
  assert.deepEqual(await counter.level(sku), { onHand: 5, reserved: 0 })
  await counter.sound()
})

test('a cancellation that overtakes the reservation refuses it, and nothing is sold for it', async () => {
  const sku = await counter.stocked({ main: 5 })
  const lines = [{ sku, quantity: 2 }]
  const orderId = randomUUIDv7()
  await counter.arrive(canceled(orderId, lines, false))
  await assert.rejects(counter.reserve(lines, { orderId }), { code: 'reservation-over' })
  await counter.arrive(placed(orderId, lines))
  assert.deepEqual(await counter.level(sku), { onHand: 5, reserved: 0 })
  assert.deepEqual((await counter.read(orderId)).lines, [])
  await counter.sound()
})

test('a paid order whose reservation ran out still gets its stock if it is there (vendure #3065, saleor #14733)', async () => {
  const sku = await counter.stocked({ main: 2, east: 2 })
  const lines = [{ sku, quantity: 3 }]
  const { orderId } = await counter.reserve(lines, { expiresAt: counter.inSeconds(-1) })
  await counter.expireNow()
  await eventually('it has expired', async () => (await counter.read(orderId)).status === 'expired')
  assert.equal(await counter.available(sku), 4)
  await counter.arrive(placed(orderId, lines))
  assert.equal(await counter.available(sku), 1)
  assert.equal((await counter.read(orderId)).status, 'committed')
  const unknown = randomUUIDv7()
  await counter.arrive(placed(unknown, [{ sku, quantity: 1 }]))
  assert.equal(await counter.available(sku), 0)
  await counter.arrive(canceled(orderId, lines, true))
  assert.equal(await counter.available(sku), 3)
  await counter.sound()
})

test('a paid order without reservation and without stock is set aside for a person; others of its batch are not', async () => {
  const [none, some] = [await counter.stocked({ main: 1 }), await counter.stocked({ main: 1 })]
  const [hopeless, fine] = [randomUUIDv7(), await counter.reserve([{ sku: some, quantity: 1 }], { pinned: true })]
  await counter.arrive(
    placed(hopeless, [{ sku: none, quantity: 2 }]),
    placed(fine.orderId, [{ sku: some, quantity: 1 }]),
  )
  assert.equal((await counter.read(fine.orderId)).status, 'committed')
  assert.deepEqual(await counter.level(none), { onHand: 1, reserved: 0 })
  const dead = await counter.sql<{ error: string }>`
    select error from dead_letter where key = ${hopeless} and status = 'dead'`
  assert.match(dead[0]?.error ?? '', /is paid, holds no stock, and of .* there are 1 of 2/)
  await counter.sound()
})

test('a held reservation expires when the customer never acts, and not after it was sold', async () => {
  const sku = await counter.stocked({ main: 2 })
  const lines = [{ sku, quantity: 1 }]
  const [waiting, sold] = [
    await counter.reserve(lines, { pinned: true }),
    await counter.reserve(lines, { pinned: true }),
  ]
  await counter.arrive(placed(sold.orderId, lines))
  const until = counter.inSeconds(0.1)
  await counter.arrive(
    ...[waiting, sold, { orderId: randomUUIDv7() }].map(({ orderId }) => HoldStock({ orderId, until })),
  )
  await eventually('it expires', async () => (await counter.read(waiting.orderId)).status === 'expired')
  assert.equal((await counter.read(sold.orderId)).status, 'committed')
  assert.deepEqual(await counter.level(sku), { onHand: 1, reserved: 0 })
  await counter.sound()
})

test('a customer who acts in time pins the held reservation again', async () => {
  const sku = await counter.stocked({ main: 1 })
  const { orderId } = await counter.reserve([{ sku, quantity: 1 }], { pinned: true })
  await counter.arrive(HoldStock({ orderId, until: counter.inSeconds(60) }))
  const held = await counter.read(orderId)
  assert.equal(held.status, 'active')
  assert.ok(held.expiresAt)
  assert.equal((await counter.pin(orderId)).status, 'pinned')
  await counter.sql`update reservation set created_at = created_at - interval '1 day' where order_id = ${orderId}`
  await counter.expireNow()
  assert.equal((await counter.read(orderId)).status, 'pinned')
})

test('five hundred reservations that ran out are given back together', async () => {
  const sku = await counter.stocked({ main: 400, east: 100 })
  await Promise.all(
    Array.from({ length: 500 }, () => counter.reserve([{ sku, quantity: 1 }], { expiresAt: counter.inSeconds(-1) })),
  )
  await Promise.all([counter.expireNow(), counter.expireNow(), counter.expireNow()])
  await eventually('all are given back', async () => (await counter.available(sku)) === 500)
  await counter.sound()
})
