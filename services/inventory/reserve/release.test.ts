// Tests how reservations end, from outside: released, expired, or pinned in time.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually, refusalOf } from '@souk/service/fixture'
import { openInventory, type TestInventory } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

test('a release gives stock back once; a released reservation stays released', async () => {
  const sku = await inventory.stocked({ main: 4 })
  const { orderId } = await inventory.reserve([{ sku, quantity: 3 }])
  await Promise.all(Array.from({ length: 5 }, () => inventory.release(orderId)))
  assert.equal(await inventory.available(sku), 4)
  assert.equal((await inventory.read(orderId)).status, 'released')
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 3 }], { orderId }))).code, 'reservation-over')
  assert.equal((await refusalOf(inventory.pin(orderId))).code, 'reservation-over')
  await inventory.assertInvariants()
})

test('a release that arrives before its reservation makes the reservation refused', async () => {
  const sku = await inventory.stocked({ main: 1 })
  const orderId = randomUUIDv7()
  await inventory.release(orderId)
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 1 }], { orderId }))).code, 'reservation-over')
  assert.equal(await inventory.available(sku), 1)
  assert.deepEqual((await inventory.read(orderId)).lines, [])
})

test('reserving and releasing an order at once ends with it released and nothing reserved', async () => {
  const sku = await inventory.stocked({ main: 50 })
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const orderId = randomUUIDv7()
      await Promise.allSettled([
        inventory.reserve([{ sku, quantity: 1 }], { orderId }),
        inventory.release(orderId),
        inventory.reserve([{ sku, quantity: 1 }], { orderId }),
      ])
      assert.equal((await inventory.read(orderId)).status, 'released')
    }),
  )
  assert.equal(await inventory.available(sku), 50)
  await inventory.assertInvariants()
})

test('a reservation ends when its time is over, its order gets a message, and others can buy', async () => {
  const sku = await inventory.stocked({ main: 1 })
  const { orderId } = await inventory.reserve([{ sku, quantity: 1 }], { expiresAt: inventory.inSeconds(60) })
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 1 }]))).code, 'out-of-stock')
  await inventory.sql`
    update reservation set expires_at = clock_timestamp() - interval '1 second' where order_id = ${orderId}`
  await eventually('the reservation expires', async () => (await inventory.read(orderId)).status === 'expired')
  assert.equal(await inventory.available(sku), 1)
  assert.equal((await refusalOf(inventory.pin(orderId))).code, 'reservation-over')
  assert.equal((await refusalOf(inventory.reserve([{ sku, quantity: 1 }], { orderId }))).code, 'reservation-over')
  await inventory.shop.settle()
  const expired = inventory.shop.messages<{ orderId: string }>('inventory.reservation-expired')
  assert.equal(expired.filter((message) => message.orderId === orderId).length, 1)
  await inventory.assertInvariants()
})

test('a reservation without an end lasts a quarter of an hour; a pinned one has no end', async () => {
  const sku = await inventory.stocked({ main: 2 })
  const { expiresAt = '' } = await inventory.reserve([{ sku, quantity: 1 }])
  const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000
  assert.ok(minutes > 14 && minutes < 15.1, expiresAt)
  const pinned = await inventory.reserve([{ sku, quantity: 1 }], { pinned: true, expiresAt: inventory.inSeconds(-1) })
  assert.deepEqual([pinned.status, pinned.expiresAt], ['pinned', undefined])
})

test('pinning races expiry: either money moves and the stock stays, or neither (emfcamp #2180)', async () => {
  const sku = await inventory.stocked({ main: 30 })
  const orders = await Promise.all(
    Array.from({ length: 30 }, () =>
      inventory.reserve([{ sku, quantity: 1 }], { expiresAt: inventory.inSeconds(0.3) }),
    ),
  )
  await new Promise((resolve) => setTimeout(resolve, 295))
  const expiring = inventory.expireNow()
  const pinned = await Promise.all(
    orders.map(({ orderId }) =>
      inventory.pin(orderId).then(
        () => 1,
        () => 0,
      ),
    ),
  )
  await expiring
  await eventually('the others expire', async () => {
    const all = await Promise.all(orders.map(({ orderId }) => inventory.read(orderId)))
    return all.every((one) => one.status !== 'active')
  })
  const kept = pinned.reduce<number>((sum, one) => sum + one, 0)
  assert.equal(await inventory.available(sku), 30 - kept)
  await inventory.assertInvariants()
})

test('pinning twice is harmless, and pinning an unknown order is not found', async () => {
  const sku = await inventory.stocked({ main: 1 })
  const { orderId } = await inventory.reserve([{ sku, quantity: 1 }])
  const [first, second] = [await inventory.pin(orderId), await inventory.pin(orderId)]
  assert.deepEqual(first, { orderId, status: 'pinned', lines: [{ sku, quantity: 1, location: 'main' }] })
  assert.deepEqual(second, first)
  assert.equal((await refusalOf(inventory.pin(randomUUIDv7()))).code, 'not-found')
})
