// Declined payments in a row: who tries out cards waits longer and longer.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Refusal } from '@souk/service'
import { makeDeclineLimit } from './decline-limit.ts'

let time = 0
const start = () => {
  time = 1_000_000
  return makeDeclineLimit(true, () => time)
}
const stranger = (network = '192.0.2.1') => ({ network, user: undefined })
/** How many seconds the payer has to wait; 0 when a checkout may begin. */
function waitOf(limit: ReturnType<typeof start>, payer: { network: string; user: string | undefined }): number {
  try {
    limit.check(payer)
    return 0
  } catch (error) {
    const { code, status, more } = error as Refusal
    assert.deepEqual([code, status], ['too-many-declines', 429])
    return more.retryAfterSeconds as number
  }
}

test('after five declines in a row a network waits, each time twice as long, up to an hour', () => {
  const limit = start()
  const waits = []
  for (let n = 0; n < 13; n++) {
    limit.answered(randomUUID(), stranger(), 402)
    const wait = waitOf(limit, stranger())
    waits.push(wait)
    time += wait * 1000
    assert.equal(waitOf(limit, stranger()), 0)
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600])
  assert.equal(waitOf(limit, stranger('192.0.2.2')), 0)
})

test('a payment that succeeds ends the waiting, and so does a day without declines', () => {
  const limit = start()
  for (let n = 0; n < 4; n++) limit.answered(randomUUID(), stranger(), 402)
  limit.answered(randomUUID(), stranger(), 201)
  for (let n = 0; n < 4; n++) limit.answered(randomUUID(), stranger(), 402)
  assert.equal(waitOf(limit, stranger()), 0)
  time += 24 * 3_600_000
  limit.answered(randomUUID(), stranger(), 402)
  assert.equal(waitOf(limit, stranger()), 0)
})

test('a good card now and then does not hide that most cards are declined', () => {
  const limit = start()
  let tries = 0
  while (waitOf(limit, stranger()) === 0 && tries < 100) {
    tries++
    limit.answered(randomUUID(), stranger(), tries % 5 === 0 ? 201 : 402)
  }
  assert.equal(tries, 23)
  assert.equal(waitOf(limit, stranger()), 60)
  time += 60_000
  limit.answered(randomUUID(), stranger(), 402)
  assert.equal(waitOf(limit, stranger()), 120)
})

test('an office in which every other payment is declined never waits', () => {
  const limit = start()
  for (let n = 0; n < 200; n++) {
    limit.answered(randomUUID(), stranger(), n % 2 === 0 ? 402 : 201)
    assert.equal(waitOf(limit, stranger()), 0)
  }
})

test('cards that are tried at the same time are no more than those tried one after the other', async () => {
  const limit = start()
  const user = randomUUID()
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, n) =>
      limit.during({ network: `192.0.2.${n % 2}`, user }, async () => {
        await setImmediate()
        limit.answered(randomUUID(), { network: `192.0.2.${n % 2}`, user }, 402)
      }),
    ),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5)
  const codes = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Refusal).code] : []))
  assert.deepEqual(new Set(codes), new Set(['too-many-declines']))
})

test('many good payments of one network at once are all made, a few at a time', async () => {
  const limit = start()
  let running = 0
  let most = 0
  const pay = async () => {
    most = Math.max(most, ++running)
    await setImmediate()
    running--
    limit.answered(randomUUID(), stranger(), 201)
  }
  await Promise.all(Array.from({ length: 100 }, () => limit.during(stranger(), pay)))
  assert.equal(most, 5)
  await assert.rejects(
    limit.during(stranger(), () => Promise.reject(new Error('lost'))),
    /lost/,
  )
  await limit.during(stranger(), pay)
})

test('a customer who is signed in waits in every network', () => {
  const limit = start()
  const user = randomUUID()
  for (let n = 0; n < 5; n++) limit.answered(randomUUID(), { network: `192.0.2.${n}`, user }, 402)
  assert.equal(waitOf(limit, { network: '192.0.2.99', user }), 60)
  assert.equal(waitOf(limit, stranger('192.0.2.0')), 0)
})

test('a decline that comes from the bank later counts, and each order counts once', () => {
  const limit = start()
  const orders = Array.from({ length: 5 }, () => randomUUID())
  for (const id of orders) limit.answered(id, stranger(), 202)
  for (const id of orders.slice(0, 4)) limit.ended(id, 'declined')
  for (const id of orders.slice(0, 4)) {
    limit.ended(id, 'declined')
    limit.answered(id, stranger(), 402)
  }
  assert.equal(waitOf(limit, stranger()), 0)
  limit.ended(orders[4] as string, 'declined')
  assert.equal(waitOf(limit, stranger()), 60)
  limit.ended(randomUUID(), 'paid')
  assert.equal(waitOf(limit, stranger()), 60, 'an order of somebody else')
})

test('load tests switch it off', () => {
  const limit = makeDeclineLimit(false)
  for (let n = 0; n < 50; n++) limit.answered(randomUUID(), stranger(), 402)
  assert.equal(waitOf(limit, stranger()), 0)
})
