// Rate limits: a client that sends too many requests waits, and routes that attackers repeat have smaller limits.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { allRoutes, type Route } from '@souk/contracts'
import type { Refusal } from '@souk/service'
import { startGateway } from '../fixture.ts'
import { makeRateLimit } from './rate-limit.ts'

const routeOf = (name: string) => allRoutes.find((one) => `${one.service}.${one.name}` === name) as Route
const client = { client: 'u', network: '1.1.1.1' }
const refusedBy = (work: () => void): Refusal => {
  try {
    work()
  } catch (error) {
    return error as Refusal
  }
  throw new Error('It was not refused.')
}

test('a client that sends too many requests is told when to come back', async () => {
  const shop = await startGateway(
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

test('a gateway without REDIS_URL loads no client of Redis', async () => {
  const shop = await startGateway()
  await shop.stop()
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  assert.ok(
    loaded.some((file) => file.includes('node_modules/pg/')),
    'it would be listed',
  )
  assert.deepEqual(
    loaded.filter((file) => /node_modules\/(ioredis|rate-limiter-flexible)\//.test(file)),
    [],
  )
})

test('guessing passwords and checking out have smaller limits of their own', () => {
  const count = (
    name: string,
    wildcard = '',
    clientOf = (n: number) => ({ client: `user${n}`, network: '1.1.1.1' }),
  ) => {
    const limits = makeRateLimit(600, () => 0)
    for (let n = 0; n < 10_000; n += 1) {
      try {
        limits.take(routeOf(name), clientOf(n), wildcard)
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
      const limits = makeRateLimit(1, () => 0)
      for (;;) limits.take(routeOf('orders.putCart'), client)
    }).more.retryAfterSeconds,
    60,
  )
})
