// How reservations end, asked from outside: released, expired, or pinned in time.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually, refusalOf } from '@souk/service/fixture'
import { type Counter, openCounter } from '../fixture.ts'

let counter: Counter
before(async () => {
  counter = await openCounter()
})
after(() => counter.close())

test('a release gives stock back once; what is over stays over', async () => {
  const sku = await counter.stocked({ main: 4 })
  const { orderId } = await counter.reserve([{ sku, quantity: 3 }])
  await Promise.all(Array.from({ length: 5 }, () => counter.release(orderId)))
  assert.equal(await counter.available(sku), 4)
  assert.equal((await counter.read(orderId)).status, 'released')
  assert.equal((await refusalOf(counter.reserve([{ sku, quantity: 3 }], { orderId }))).code, 'reservation-over')
  assert.equal((await refusalOf(counter.pin(orderId))).code, 'reservation-over')
  await counter.sound()
})

test('a release that overtakes its reservation refuses it', async () => {
  const sku = await counter.stocked({ main: 1 })
  const orderId = randomUUIDv7()
  await counter.release(orderId)
  assert.equal((await refusalOf(counter.reserve([{ sku, quantity: 1 }], { orderId }))).code, 'reservation-over')
  assert.equal(await counter.available(sku), 1)
  assert.deepEqual((await counter.read(orderId)).lines, [])
})

test('reserving and releasing at once ends with nothing reserved or nothing released, never between', async () => {
  const sku = await counter.stocked({ main: 50 })
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const orderId = randomUUIDv7()
      await Promise.allSettled([
        counter.reserve([{ sku, quantity: 1 }], { orderId }),
        counter.release(orderId),
        counter.reserve([{ sku, quantity: 1 }], { orderId }),
      ])
      assert.equal((await counter.read(orderId)).status, 'released')
    }),
  )
  assert.equal(await counter.available(sku), 50)
  await counter.sound()
})

test('a reservation ends when its time is over, its order is told, and others can buy', async () => {
  const sku = await counter.stocked({ main: 1 })
  const { orderId } = await counter.reserve([{ sku, quantity: 1 }], { expiresAt: counter.inSeconds(60) })
  assert.equal((await refusalOf(counter.reserve([{ sku, quantity: 1 }]))).code, 'out-of-stock')
  await counter.sql`
    update reservation set expires_at = clock_timestamp() - interval '1 second' where order_id = ${orderId}`
  await eventually('the reservation expires', async () => (await counter.read(orderId)).status === 'expired')
  assert.equal(await counter.available(sku), 1)
  assert.equal((await refusalOf(counter.pin(orderId))).code, 'reservation-over')
  assert.equal((await refusalOf(counter.reserve([{ sku, quantity: 1 }], { orderId }))).code, 'reservation-over')
  await counter.shop.settle()
  const told = counter.shop.messages<{ orderId: string }>('inventory.reservation-expired')
  assert.equal(told.filter((message) => message.orderId === orderId).length, 1)
  await counter.sound()
})

test('a reservation without an end lasts a quarter of an hour; a pinned one has no end', async () => {
  const sku = await counter.stocked({ main: 2 })
  const { expiresAt = '' } = await counter.reserve([{ sku, quantity: 1 }])
  const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000
  assert.ok(minutes > 14 && minutes < 15.1, expiresAt)
  const pinned = await counter.reserve([{ sku, quantity: 1 }], { pinned: true, expiresAt: counter.inSeconds(-1) })
  assert.deepEqual([pinned.status, pinned.expiresAt], ['pinned', undefined])
})

test('pinning races expiry: either money moves and the stock stays, or neither (emfcamp #2180)', async () => {
  const sku = await counter.stocked({ main: 30 })
  const orders = await Promise.all(
    Array.from({ length: 30 }, () => counter.reserve([{ sku, quantity: 1 }], { expiresAt: counter.inSeconds(0.3) })),
  )
  await new Promise((resolve) => setTimeout(resolve, 295))
  const expiring = counter.expireNow()
  const pinned = await Promise.all(
    orders.map(({ orderId }) =>
      counter.pin(orderId).then(
        () => 1,
        () => 0,
      ),
    ),
  )
  await expiring
  await eventually('the others expire', async () => {
    const all = await Promise.all(orders.map(({ orderId }) => counter.read(orderId)))
    return all.every((one) => one.status !== 'active')
  })
  const kept = pinned.reduce<number>((sum, one) => sum + one, 0)
  assert.equal(await counter.available(sku), 30 - kept)
  await counter.sound()
})

test('pinning twice is harmless, and pinning nothing is not found', async () => {
  const sku = await counter.stocked({ main: 1 })
  const { orderId } = await counter.reserve([{ sku, quantity: 1 }])
  const [first, second] = [await counter.pin(orderId), await counter.pin(orderId)]
  assert.deepEqual(first, { orderId, status: 'pinned', lines: [{ sku, quantity: 1, location: 'main' }] })
  assert.deepEqual(second, first)
  assert.equal((await refusalOf(counter.pin(randomUUIDv7()))).code, 'not-found')
})
