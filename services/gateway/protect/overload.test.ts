// Too much of everything: limits per client, what is turned away first, services in trouble, and how the door closes.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { test } from 'node:test'
import { type Answer, allRoutes, type Route } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { newTrace } from '@souk/messaging'
import { Refusal, type ServiceCalls } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { identity, openShop } from '../fixture.ts'
import { clientAddress, household } from '../request/client-address.ts'
import { makeFetching } from '../request/retries.ts'
import { makeAdmission } from './load-shedding.ts'
import { makeBuckets, makeLimits } from './rate-limit.ts'

const routeOf = (name: string) => allRoutes.find((one) => `${one.service}.${one.name}` === name) as Route
const client = { who: 'u', ip: '1.1.1.1' }
const refusedBy = (work: () => void): Refusal => {
  try {
    work()
  } catch (error) {
    return error as Refusal
  }
  throw new Error('It was not refused.')
}

test('a client that asks too often is told when to come back', async () => {
  const shop = await openShop(
    { 'products.listCategories': () => ({ items: [] }) },
    { GATEWAY_RATE_LIMIT: '5', GATEWAY_TRUSTED_PROXIES: '0' },
  )
  try {
    const answers = []
    for (let n = 0; n < 7; n += 1)
      answers.push(await shop.ask('/v1/categories', { headers: { 'x-forwarded-for': `9.9.9.${n}` } }))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200, 429, 429],
    )
    const last = answers.at(-1)
    assert.equal(last?.body.code, 'too-many-requests')
    assert.ok(Number(last?.headers.get('retry-after')) >= 1)
    assert.equal(last?.headers.get('x-content-type-options'), 'nosniff')
  } finally {
    await shop.stop()
  }
})

test('two hundred at once are counted exactly (sec-A03)', () => {
  let time = 0
  const buckets = makeBuckets(60, () => time)
  const takeMany = () => Array.from({ length: 200 }, () => buckets.take('a')).filter((wait) => wait === 0).length
  assert.equal(takeMany(), 60)
  assert.equal(buckets.take('b'), 0)
  time = 10_000
  assert.equal(takeMany(), 10)
  time = 80_000
  assert.equal(takeMany(), 60)
})

test('guessing passwords and checking out have smaller limits of their own', () => {
  const count = (name: string, rest = '', who = (n: number) => ({ who: `user${n}`, ip: '1.1.1.1' })) => {
    const limits = makeLimits(600, () => 0)
    for (let n = 0; n < 10_000; n += 1) {
      try {
        limits.take(routeOf(name), who(n), rest)
      } catch {
        return n
      }
    }
    return Number.POSITIVE_INFINITY
  }
  const same = () => client
  assert.equal(count('users.authWrite', 'sign-in/email'), 20)
  assert.equal(count('users.authWrite', 'request-password-reset'), 20)
  assert.equal(count('users.authWrite', 'sign-out', same), 600)
  assert.equal(count('orders.checkout', '', same), 60)
  assert.equal(count('orders.putCart', '', same), 600)
  assert.equal(count('payments.webhook', '', same), 6_000)
  assert.equal(
    refusedBy(() => {
      const limits = makeLimits(1, () => 0)
      for (;;) limits.take(routeOf('orders.putCart'), client, '')
    }).more.retryAfterSeconds,
    60,
  )
})

test('what a client writes into X-Forwarded-For is believed as far as our own proxies wrote it (sec-A01)', () => {
  const from = (forwarded: string | undefined, trusted: number) =>
    clientAddress(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '::ffff:10.0.0.1' } } as never,
      trusted,
    )
  assert.equal(from('6.6.6.6', 0), '10.0.0.1')
  assert.equal(from('6.6.6.6, 5.5.5.5', 1), '5.5.5.5')
  assert.equal(from('6.6.6.6, 5.5.5.5, 10.0.0.2', 2), '5.5.5.5')
  assert.equal(from(undefined, 1), '10.0.0.1')
  assert.equal(household('2001:db8:1:2:3:4:5:6'), household('2001:db8:1:2::9'))
  assert.notEqual(household('2001:db8:1:2::1'), household('2001:db8:1:3::1'))
  assert.equal(household('1.2.3.4'), '1.2.3.4')
})

test('batches are turned away first, then browsing, checkouts last (sec-E05)', async () => {
  let lag = 0
  const admission = makeAdmission(100, { milliseconds: () => lag, close: () => undefined })
  const mayEnter = (name: string) => {
    try {
      admission.check(routeOf(name))
      return true
    } catch (error) {
      assert.equal((error as Refusal).code, 'unavailable')
      return false
    }
  }
  const all = () => ['products.createMany', 'products.list', 'orders.checkout'].map(mayEnter)
  let leave = () => {}
  const leaving = new Promise<void>((resolve) => {
    leave = resolve
  })
  const work: Promise<void>[] = []
  const fillTo = (count: number) => {
    while (admission.inHand < count) work.push(admission.during(() => leaving))
  }
  assert.deepEqual(all(), [true, true, true])
  fillTo(50)
  assert.deepEqual(all(), [false, true, true])
  fillTo(75)
  assert.deepEqual(all(), [false, false, true])
  fillTo(100)
  assert.deepEqual(all(), [false, false, false])
  leave()
  await Promise.all(work)
  assert.deepEqual(all(), [true, true, true])
  lag = 300
  assert.deepEqual(all(), [false, true, true])
  lag = 600
  assert.deepEqual(all(), [false, false, true])
})

test('a read is tried once more, a change never, and retries stay rare', async () => {
  let carried = 0
  let failures = Number.POSITIVE_INFINITY
  const serviceCalls = {
    isOpenFor: () => true,
    async call() {
      carried += 1
      if (carried <= failures) throw new Refusal('unavailable', 503, 'Down.')
      return { status: 200, headers: {}, body: '' } as Answer
    },
  } as unknown as ServiceCalls
  const request = { caller: { service: 'gateway' as const, role: 'anonymous' as const }, trace: newTrace() }
  const read = productsApi.routes.list as unknown as Route
  const change = ordersApi.routes.checkout as unknown as Route

  const fresh = makeFetching(serviceCalls)
  failures = 1
  assert.equal((await fresh.fetch(read, request)).status, 200)
  assert.equal(carried, 2)
  carried = 0
  await assert.rejects(fresh.fetch(change, request))
  assert.equal(carried, 1)

  carried = 0
  failures = Number.POSITIVE_INFINITY
  const busy = makeFetching(serviceCalls)
  await Promise.allSettled(Array.from({ length: 200 }, () => busy.fetch(read, request)))
  assert.ok(carried >= 220 && carried <= 231, `${carried} for 200`)
})

test('a service that does not answer is left alone for a while, and the others go on', async () => {
  const shop = await openShop(
    {
      'orders.readCart': () => {
        throw new Refusal('unavailable', 503, 'Down.')
      },
      'products.listCategories': () => ({ items: [] }),
    },
    { GATEWAY_RATE_LIMIT: 'off' },
  )
  try {
    const ask = () => shop.ask(`/v1/carts/${randomUUID()}`)
    const asked = () => shop.asked.get('orders.readCart') ?? 0
    await eventually('it is left alone', async () => {
      const before = asked()
      assert.equal((await ask()).status, 503)
      return asked() === before
    })
    const enough = asked()
    // Twenty failures within one span of ten seconds, and the next span may have begun meanwhile.
    assert.ok(enough < 40, `${enough} questions`)
    for (const { body, headers } of await Promise.all(Array.from({ length: 30 }, ask)))
      assert.deepEqual([body.code, headers.get('retry-after')], ['unavailable', '5'])
    assert.equal(asked(), enough)
    assert.equal((await shop.get('/v1/categories')).status, 200)
  } finally {
    await shop.stop()
  }
})

test('a slow service is waited for until the deadline of its route', async () => {
  const shop = await openShop({ 'orders.readCart': () => new Promise(() => undefined) })
  try {
    const startedAt = Date.now()
    const { status, body } = await shop.ask(`/v1/carts/${randomUUID()}`)
    assert.deepEqual([status, body.code], [504, 'deadline-exceeded'])
    assert.ok(Date.now() - startedAt >= 2_900)
  } finally {
    await shop.stop()
  }
})

test('the door closes quickly, with watchers, idle connections and a request in hand', async () => {
  const id = randomUUID()
  let finish = () => {}
  const shop = await openShop(
    {
      'orders.timeline': () => ({ items: [] }),
      'orders.readCart': () =>
        new Promise((_, reject) => {
          finish = () => reject(new Refusal('not-found', 404, 'There is no such cart.'))
        }),
      'products.listCategories': () => ({ items: [] }),
    },
    { GATEWAY_STOP_SECONDS: '60' },
  )
  shop.sessions.set('t', identity())
  const stream = await shop.get(`/v1/orders/${id}/events`, { headers: { accept: 'text/event-stream' } })
  const idle = connect(Number(new URL(shop.url).port), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  await shop.get('/v1/categories')
  const inHand = shop.get(`/v1/carts/${randomUUID()}`)
  await eventually('the request is in hand', () => shop.asked.get('orders.readCart') === 1)

  const startedAt = Date.now()
  const stopped = shop.running.services.get('gateway')?.server?.close()
  await stream.text() // Watchers go before what is in hand is finished.
  finish()
  assert.equal((await inHand).status, 404, 'What is in hand is finished.')
  await stopped
  assert.ok(Date.now() - startedAt < 10_000, `${Date.now() - startedAt} ms`)
  idle.destroy()
  await shop.stop()
})

test('nobody is waited for too long when the door closes', async () => {
  const shop = await openShop({ 'users.authRead': () => new Promise(() => undefined) }, { GATEWAY_STOP_SECONDS: '1' })
  // Its own deadline of ten seconds is farther away.
  const inHand = shop.get('/v1/auth/ok').catch((error) => error)
  await eventually('the request is in hand', () => shop.asked.get('users.authRead') === 1)
  await shop.running.services.get('gateway')?.server?.close()
  assert.ok((await inHand) instanceof Error)
  await shop.stop()
})
