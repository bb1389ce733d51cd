// Declined payments in a row: who tries out cards waits longer and longer.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
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
