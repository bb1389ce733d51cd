// Wrong settings: told before anything starts, all at once, by their names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derivedSecrets, perMinute, readSettings, sharedSecretSpec, sharedSpec, WrongSettings } from '../index.ts'

const long = 'x'.repeat(32)

/** What is said about the settings of an environment; nothing when they are fine. */
function complaintsAbout(env: Record<string, string>): string[] {
  try {
    readSettings({ souk: { ...sharedSpec, ...sharedSecretSpec } }, env)
    return []
  } catch (error) {
    assert.ok(error instanceof WrongSettings)
    return error.message.split('\n').slice(1)
  }
}

test('every secret of a list is long enough, or the shop does not start', () => {
  for (const list of [`,${long}`, `${long},`, `${long},short`, ' '.repeat(40), `${' '.repeat(40)},${long}`, 'short']) {
    const complaints = complaintsAbout({ SOUK_SHARED_SECRET: list })
    assert.match(complaints.join(), /^ {2}SOUK_SHARED_SECRET must be at least 32 characters long/, list)
    assert.ok(!complaints.join().includes(long), 'A secret is not told.')
  }
  for (const list of [long, `${long},${'y'.repeat(32)}`])
    assert.deepEqual(complaintsAbout({ SOUK_SHARED_SECRET: list }), [])
})

test('the shop’s address is one that links can begin with', () => {
  for (const url of ['shop.example', 'ftp://shop.example', 'https://shop.example/', 'https://', 'http://a:99999', 'x'])
    assert.match(complaintsAbout({ SOUK_PUBLIC_URL: url }).join(), /^ {2}SOUK_PUBLIC_URL must be an address/, url)
  for (const url of ['https://shop.example', 'http://localhost:80', 'http://[::1]:4000'])
    assert.deepEqual(complaintsAbout({ SOUK_PUBLIC_URL: url }), [], url)
})

test('all that is wrong is told at once', () => {
  const complaints = complaintsAbout({ SOUK_SHARED_SECRET: 'short', SOUK_PUBLIC_URL: 'x' })
  assert.deepEqual(complaints.map((line) => line.trim().split(' ')[0]).toSorted(), [
    'SOUK_PUBLIC_URL',
    'SOUK_SHARED_SECRET',
  ])
})

test('a service has its own secret, or one made from each part of the shared secret, but in production never one that everybody knows', () => {
  const spec = { orders: { keySecret: derivedSecrets('what keys are made from', (shared) => `made from ${shared}`) } }
  const secretIn = (env: Record<string, string>) => readSettings(spec, env).orders.keySecret
  assert.equal(secretIn({ ORDERS_KEY_SECRET: long, SOUK_SHARED_SECRET: 'x' }), long)
  assert.equal(
    secretIn({ SOUK_SHARED_SECRET: `${long},${long}`, NODE_ENV: 'production' }),
    `made from ${long},made from ${long}`,
  )
  assert.match(secretIn({}), /^made from only-for-development/)
  assert.throws(
    () => secretIn({ NODE_ENV: 'production' }),
    /ORDERS_KEY_SECRET is missing: .* derived from SOUK_SHARED_SECRET/,
  )
})

test('a limit per minute is off while the gateway’s rate limit is, unless it is set itself', () => {
  const limitIn = (env: Record<string, string>) =>
    readSettings({ orders: { newCarts: perMinute('new carts a minute', 60) } }, env).orders.newCarts
  assert.equal(limitIn({}), 60)
  assert.equal(limitIn({ GATEWAY_RATE_LIMIT: '1000' }), 60)
  assert.equal(limitIn({ GATEWAY_RATE_LIMIT: 'off' }), Number.POSITIVE_INFINITY)
  assert.equal(limitIn({ GATEWAY_RATE_LIMIT: 'off', ORDERS_NEW_CARTS: '5' }), 5)
  assert.equal(limitIn({ ORDERS_NEW_CARTS: 'off' }), Number.POSITIVE_INFINITY)
  for (const wrong of ['0', '-1', 'x', '1.5']) assert.throws(() => limitIn({ ORDERS_NEW_CARTS: wrong }), WrongSettings)
})
