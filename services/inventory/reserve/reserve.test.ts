// Tests reserving from outside: nothing is reserved that is not there.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Reservation } from '@souk/contracts/inventory'
import { refusalOf } from '@souk/service/fixture'
import { openInventory, type TestInventory } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

test('two hundred customers want ten units: ten get one (vendure #3508, saleor #543, medusa #16569)', async () => {
  const sku = await inventory.stocked({ main: 10 })
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () =>
      inventory.reserve([{ sku, quantity: 1 }]).then(
        () => 'reserved',
        (refusal) => refusal.code,
      ),
    ),
  )
  assert.equal(outcomes.filter((it) => it === 'reserved').length, 10)
  assert.equal(outcomes.filter((it) => it === 'out-of-stock').length, 190)
  assert.equal(await inventory.available(sku), 0)
  await inventory.assertInvariants()
})

test('stock that is given back at the same moment can be reserved', async () => {
  const sku = await inventory.stocked({ main: 30 })
  const { orderId } = await inventory.reserve([{ sku, quantity: 20 }], { pinned: true })
  let reserving: Promise<Reservation> | undefined
  await inventory.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`update reservation set status = 'released' where order_id = ${orderId}`
    await sql`
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      values (${sku}, 'main', 'released', 0, -20, ${orderId}, 'Test')`
    await sql`update stock set reserved = 0 where sku = ${sku}`
    reserving = inventory.reserve([{ sku, quantity: 11 }])
    await inventory.waitForBlockedStatement()
  })
  assert.equal((await reserving)?.status, 'active')
  await inventory.assertInvariants()
})

test('two instances that reserve one order at once, in one statement and under lock, do not deadlock', async () => {
  const sku = await inventory.stocked({ main: 9 })
  await inventory.reserve([{ sku, quantity: 8 }]) // The stock is low from here on: later orders are reserved under lock.
  const orderId = randomUUIDv7()
  let reserving: Promise<Reservation> | undefined
  await inventory.shop.database('inventory').transaction(async ({ sql }) => {
    await sql`set local deadlock_timeout = '10ms'` // The transaction that finds a deadlock first is the one that fails.
    // The locks of reserve-in-one-statement.ts: first the stock, then the new reservation.
    await sql`select from stock where sku = ${sku} for no key update`
    reserving = inventory.reserve([{ sku, quantity: 1 }], { orderId })
    await inventory.waitForBlockedStatement()
    await sql`insert into reservation (order_id, status) values (${orderId}, 'released')`
  })
  assert.equal((await refusalOf(reserving as Promise<Reservation>)).code, 'reservation-over')
  await inventory.assertInvariants()
})

test('overlapping batches see each other: each threshold message is sent once, with the right number', async () => {
  const skus = await Promise.all(Array.from({ length: 10 }, () => inventory.stocked({ main: 20, east: 10 })))
  await Promise.all(
    skus.flatMap((sku) =>
      Array.from({ length: 30 }, async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
        await inventory.reserve([{ sku, quantity: 1 }])
      }),
    ),
  )
  for (const sku of skus)
    assert.deepEqual(await inventory.eventsOf(sku), ['back-in-stock 30', 'stock-low 3', 'sold-out'])
  await inventory.assertInvariants()
})

test('two hundred customers want ten units together with a second SKU: ten get them', async () => {
  const [sku, other] = [await inventory.stocked({ main: 6, east: 4 }), await inventory.stocked({ main: 1000 })]
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, () =>
      inventory.reserve([
        { sku, quantity: 1 },
        { sku: other, quantity: 1 },
      ]),
    ),
  )
  assert.equal(outcomes.filter((it) => it.status === 'fulfilled').length, 10)
  assert.deepEqual([await inventory.available(sku), await inventory.available(other)], [0, 990])
  await inventory.assertInvariants()
})

test('two lines of one SKU are added up (medusa #16502, vendure #1028, vendure #2702)', async () => {
  const sku = await inventory.stocked({ main: 35 })
  const reservation = await inventory.reserve([
    { sku, quantity: 10 },
    { sku, quantity: 25 },
  ])
  assert.deepEqual(reservation.lines, [{ sku, quantity: 35, location: 'main' }])
  const other = await inventory.stocked({ main: 5 })
  const refusal = await refusalOf(
    inventory.reserve([
      { sku: other, quantity: 3 },
      { sku: other, quantity: 3 },
    ]),
  )
  assert.equal(refusal.code, 'out-of-stock')
  assert.deepEqual(refusal.problem.missing, [{ sku: other, requested: 6, available: 5 }])
  assert.equal(await inventory.available(other), 5)
})

test('all lines or none (saleor PR #8963)', async () => {
  const [sufficient, missing] = [await inventory.stocked({ main: 10 }), await inventory.stocked({ main: 1 })]
  const orderId = randomUUIDv7()
  const refusal = await refusalOf(
    inventory.reserve(
      [
        { sku: sufficient, quantity: 2 },
        { sku: missing, quantity: 2 },
        { sku: 'never-heard-of', quantity: 1 },
      ],
      { orderId },
    ),
  )
  assert.equal(refusal.status, 409)
  assert.deepEqual(
    refusal.problem.missing,
    [
      { sku: 'never-heard-of', requested: 1, available: 0 },
      { sku: missing, requested: 2, available: 1 },
    ].sort((a, b) => (a.sku < b.sku ? -1 : 1)),
  )
  assert.equal(await inventory.available(sufficient), 10)
  assert.equal((await refusalOf(inventory.read(orderId))).code, 'not-found')
})

test('orders that name the same SKUs in the opposite order do not block each other', async () => {
  const [one, two] = [await inventory.stocked({ main: 500 }), await inventory.stocked({ main: 500 })]
  const lines = [
    { sku: one, quantity: 1 },
    { sku: two, quantity: 1 },
  ]
  await Promise.all(
    Array.from({ length: 200 }, (_, index) => inventory.reserve(index % 2 === 0 ? lines : lines.toReversed())),
  )
  assert.deepEqual([await inventory.available(one), await inventory.available(two)], [300, 300])
})

test('a warehouse that has all units is preferred, else the order is split over two', async () => {
  const sku = await inventory.stocked({ main: 3, east: 5 })
  const places = async (quantity: number) =>
    (await inventory.reserve([{ sku, quantity }])).lines.map((line) => [line.location, line.quantity])
  assert.deepEqual(await places(2), [['main', 2]])
  assert.deepEqual(await places(4), [['east', 4]])
  assert.deepEqual(await places(2), [
    ['east', 1],
    ['main', 1],
  ])
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 1 }]))).code, 'out-of-stock')
  await inventory.assertInvariants()
})

test('two hundred customers want the last of two warehouses: none is sold twice', async () => {
  const sku = await inventory.stocked({ main: 7, east: 6 })
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => inventory.reserve([{ sku, quantity: 1 + (index % 3) }])),
  )
  const units = outcomes.flatMap((it) => (it.status === 'fulfilled' ? it.value.lines.map((line) => line.quantity) : []))
  assert.equal(
    units.reduce((sum, quantity) => sum + quantity, 0),
    13,
  )
  await inventory.assertInvariants()
})

test('the same order is reserved ten times at once and gets one reservation', async () => {
  const sku = await inventory.stocked({ main: 2 })
  const orderId = randomUUIDv7()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => inventory.reserve([{ sku, quantity: 2 }], { orderId, pinned: true })),
  )
  for (const answer of answers) {
    assert.deepEqual(answer, { orderId, status: 'pinned', lines: [{ sku, quantity: 2, location: 'main' }] })
  }
  assert.equal(await inventory.available(sku), 0)
  // The stock is gone, but a repeated request of the order that has it gets the same answer.
  assert.equal((await inventory.reserve([{ sku, quantity: 2 }], { orderId })).status, 'pinned')
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 1 }], { orderId }))).code, 'invalid-request')
  await inventory.assertInvariants()
})

test('each order of a batch gets the answer that it would get alone', async () => {
  const sku = await inventory.stocked({ main: 4, east: 5 })
  const one = [{ sku, quantity: 1 }]
  const mine = await inventory.reserve(one, { pinned: true })
  const gone = randomUUIDv7()
  await inventory.release(gone)
  const code = (reserving: Promise<unknown>) =>
    reserving.then(
      () => 'reserved',
      (refusal) => refusal.code as string,
    )
  const answers = [
    code(inventory.reserve(one)),
    code(inventory.reserve(one, { orderId: mine.orderId })),
    code(inventory.reserve([{ sku, quantity: 2 }], { orderId: mine.orderId })),
    code(inventory.reserve(one, { orderId: gone })),
    code(inventory.reserve([{ sku, quantity: 100 }])),
    inventory.reserve([{ sku, quantity: 6 }]).then((it) => it.lines),
    code(inventory.reserve([{ sku, quantity: 2 }])),
    code(inventory.reserve(one, { pinned: true, orderId: randomUUIDv7().toUpperCase() })),
    code(inventory.reserve(one)),
  ]
  assert.deepEqual(await Promise.all(answers), [
    'reserved',
    'reserved',
    'invalid-request',
    'reservation-over',
    'out-of-stock',
    [
      { sku, quantity: 4, location: 'east' },
      { sku, quantity: 2, location: 'main' },
    ],
    'out-of-stock',
    'reserved',
    'out-of-stock',
  ])
  assert.equal(await inventory.available(sku), 0)
  assert.deepEqual(await inventory.eventsOf(sku), ['back-in-stock 9', 'stock-low 1', 'sold-out'])
  await inventory.assertInvariants()
})

test('with sufficient stock, too, each order of a batch gets its own answer', async () => {
  const sku = await inventory.stocked({ main: 500, east: 500 })
  const other = await inventory.stocked({ main: 500 })
  const one = [{ sku, quantity: 1 }]
  const mine = await inventory.reserve(one, { pinned: true })
  const gone = randomUUIDv7()
  await inventory.release(gone)
  const crowd = Array.from({ length: 50 }, () => inventory.reserve([...one, { sku: other, quantity: 2 }]))
  const special = [
    inventory.reserve(one, { orderId: mine.orderId }),
    refusalOf(inventory.reserve([{ sku, quantity: 2 }], { orderId: mine.orderId })),
    refusalOf(inventory.reserve(one, { orderId: gone })),
  ]
  const until = inventory.inSeconds(60)
  const later = inventory.reserve(one, { expiresAt: until })
  for (const { lines } of await Promise.all(crowd))
    assert.deepEqual(lines, [
      { sku, quantity: 1, location: 'main' },
      { sku: other, quantity: 2, location: 'main' },
    ])
  assert.equal((await later).expiresAt, until)
  const codes = (await Promise.all(special)).map((it) => ('code' in it ? it.code : it.status))
  assert.deepEqual(codes, ['pinned', 'invalid-request', 'reservation-over'])
  assert.deepEqual([await inventory.available(sku), await inventory.available(other)], [948, 400])
  await inventory.assertInvariants()
})
