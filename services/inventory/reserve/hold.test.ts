// Tests what unpaid orders may hold: by network, e-mail address, customer and SKU, exactly, whatever comes at once.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { refusalOf } from '@souk/service/fixture'
import { type HoldOptions, openInventory, type TestInventory } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

/** Reserves as a checkout does and asks to hold it. Returns the order and whether it is held. */
async function reserveAndHold(sku: string, quantity: number, by: HoldOptions = {}) {
  const { orderId } = await inventory.reserve([{ sku, quantity }], { pinned: true })
  const { status } = await inventory.hold(orderId, by)
  return { orderId, status }
}
const heldCount = (all: { status: string }[]) => all.filter(({ status }) => status === 'active').length

test('what one network, one mailbox or one customer holds unpaid is bounded by units and by value', async () => {
  const sku = await inventory.stocked({ main: 1_000 })
  const bounds: [HoldOptions, quantity: number, most: number][] = [
    [{ network: randomUUID() }, 10, 4],
    [{ mailbox: randomUUID() }, 10, 2],
    [{ customer: randomUUID() }, 10, 2],
    [{ network: randomUUID(), value: 1_000_00 }, 1, 5],
    [{ mailbox: randomUUID(), value: 1_000_00 }, 1, 3],
    [{ customer: randomUUID(), value: 1_000_00 }, 1, 3],
  ]
  for (const [by, quantity, most] of bounds) {
    const all = []
    // A network has many mailboxes, and a mailbox comes from many networks.
    for (let n = 0; n < most + 2; n++) all.push(await reserveAndHold(sku, quantity, { ...by }))
    assert.deepEqual(
      all.map(({ status }) => status),
      Array.from({ length: most + 2 }, (_, n) => (n < most ? 'active' : 'deferred')),
      JSON.stringify(by),
    )
    await inventory.release(all[0]?.orderId as string)
    assert.equal((await reserveAndHold(sku, quantity, by)).status, 'active', 'there is room again')
  }
  await inventory.assertInvariants()
})

test('fifty holds at once from one network get as much as the bound, not a unit more', async () => {
  const skus = await Promise.all(Array.from({ length: 10 }, () => inventory.stocked({ main: 500, east: 20 })))
  const network = randomUUID()
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, n) => reserveAndHold(skus[n % 10] as string, 3, { network })),
  )
  assert.equal(heldCount(all), 13) // 39 of 40 units.
  await inventory.assertInvariants()
})

test('unpaid orders of a hundred networks share half of a SKU, and the rest can be bought', async () => {
  const sku = await inventory.stocked({ main: 30, east: 10 })
  const all = await Promise.all(Array.from({ length: 40 }, () => reserveAndHold(sku, 1, { network: randomUUID() })))
  assert.ok(heldCount(all) <= 20, `${heldCount(all)}`)
  assert.equal(await inventory.available(sku), 40 - heldCount(all))
  const sold = await inventory.reserve([{ sku, quantity: 20 }], { pinned: true })
  assert.equal(sold.status, 'pinned')
  await inventory.assertInvariants()
})

test('the last unit can be held for the first customer who wants it', async () => {
  for (const stock of [1, 2, 3]) {
    const sku = await inventory.stocked({ main: stock })
    assert.equal((await reserveAndHold(sku, 1)).status, 'active', `${stock} in stock`)
  }
})

test('one order is held wholly or not at all, and a repeated call gets the same decision', async () => {
  const [plenty, few] = [await inventory.stocked({ main: 100 }), await inventory.stocked({ main: 4 })]
  const lines = [
    { sku: plenty, quantity: 1 },
    { sku: few, quantity: 3 },
  ]
  const { orderId } = await inventory.reserve(lines, { pinned: true })
  assert.equal((await inventory.hold(orderId)).status, 'deferred')
  assert.deepEqual([await inventory.available(plenty), await inventory.available(few)], [100, 4])
  assert.equal((await inventory.hold(orderId)).status, 'deferred')
  assert.equal((await inventory.reserve(lines, { orderId, pinned: true })).status, 'deferred')

  const held = await reserveAndHold(plenty, 1)
  const until = inventory.inSeconds(5)
  assert.equal((await inventory.hold(held.orderId, { until: inventory.inSeconds(3_600) })).status, 'active')
  assert.equal((await inventory.hold(held.orderId, { until })).expiresAt, until, 'the earlier end counts')
  await inventory.assertInvariants()
})

test('a deferred reservation is reserved again when the bank has agreed, or refused with what is missing', async () => {
  const sku = await inventory.stocked({ main: 3, east: 3 })
  const [first, second] = [await reserveAndHold(sku, 4), await reserveAndHold(sku, 4)]
  assert.deepEqual([first.status, second.status], ['deferred', 'deferred'])
  const answers = await Promise.all(
    [first, second].map(({ orderId }) => inventory.pin(orderId).catch((error) => error)),
  )
  const [pinned] = answers.filter((one) => one.status === 'pinned')
  const [refused] = answers.filter((one) => one.code === 'out-of-stock')
  assert.ok(pinned && refused)
  assert.deepEqual(refused.problem.missing, [{ sku, requested: 4, available: 2 }])
  assert.equal((await inventory.pin(pinned.orderId)).status, 'pinned', 'again')
  assert.equal(await inventory.available(sku), 2)
  await inventory.assertInvariants()
})

test('stock that unpaid orders held comes back at the end of their time, and they can still be paid', async () => {
  const sku = await inventory.stocked({ main: 10 })
  const { orderId, status } = await reserveAndHold(sku, 2, { until: inventory.inSeconds(-1) })
  assert.equal(status === 'active' || status === 'deferred', true)
  await inventory.expireNow()
  assert.equal((await inventory.read(orderId)).status, 'deferred')
  assert.equal(await inventory.available(sku), 10)
  await inventory.shop.settle()
  const expired = inventory.shop.transport.log.filter((one) => one.type === 'inventory.reservation-expired')
  assert.equal(
    expired.some((one) => one.key === orderId),
    false,
  )
  assert.equal((await inventory.pin(orderId)).status, 'pinned')
  await inventory.assertInvariants()
})

test('a request to hold that comes after the bank has agreed changes nothing', async () => {
  const sku = await inventory.stocked({ main: 10 })
  const [wanted, big] = [
    await inventory.reserve([{ sku, quantity: 1 }], { pinned: true }),
    await reserveAndHold(sku, 9),
  ]
  await inventory.pin(wanted.orderId)
  assert.equal(big.status, 'deferred')
  assert.equal((await inventory.pin(big.orderId)).status, 'pinned')
  for (const { orderId } of [wanted, big]) assert.equal((await inventory.hold(orderId)).status, 'pinned')
  await inventory.assertInvariants()
})

test('a deferred reservation that is released cannot be reserved again', async () => {
  const sku = await inventory.stocked({ main: 4 })
  const { orderId } = await reserveAndHold(sku, 4)
  await inventory.release(orderId)
  assert.equal((await refusalOf(inventory.pin(orderId))).code, 'reservation-over')
  assert.equal((await refusalOf(inventory.hold(orderId))).code, 'reservation-over')
  assert.equal((await refusalOf(inventory.hold(randomUUIDv7()))).code, 'not-found')
  await inventory.assertInvariants()
})
