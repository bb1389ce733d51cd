// Services in trouble: retries, circuit breaking, deadlines.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Answer, Route } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { newTrace } from '@souk/messaging'
import { Refusal, type ServiceCalls } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { startGateway } from '../fixture.ts'
import { makeRetryingCalls } from './retrying-calls.ts'

test('a read is retried once, a change never, and retries stay rare', async () => {
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

  const fresh = makeRetryingCalls(serviceCalls)
  failures = 1
  assert.equal((await fresh.call(read, request)).status, 200)
  assert.equal(carried, 2)
  carried = 0
  await assert.rejects(fresh.call(change, request))
  assert.equal(carried, 1)

  carried = 0
  failures = Number.POSITIVE_INFINITY
  const busy = makeRetryingCalls(serviceCalls)
  await Promise.allSettled(Array.from({ length: 200 }, () => busy.call(read, request)))
  assert.ok(carried >= 220 && carried <= 231, `${carried} for 200`)
})

test('a service that does not answer is not called for a while (circuit breaking), and the others go on', async () => {
  const shop = await startGateway(
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

test('a slow service has until the deadline of its route', async () => {
  const shop = await startGateway({ 'orders.readCart': () => new Promise(() => undefined) })
  try {
    const startedAt = Date.now()
    const { status, body } = await shop.ask(`/v1/carts/${randomUUID()}`)
    assert.deepEqual([status, body.code], [504, 'deadline-exceeded'])
    assert.ok(Date.now() - startedAt >= 2_900)
  } finally {
    await shop.stop()
  }
})
