// Requests that other sites make a browser send: CSRF and CORS.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Refusal } from '@souk/service'
import { identity, startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
const token = randomUUID()
before(async () => {
  shop = await startGateway(
    {
      'users.endAllSessions': () => undefined,
      'users.authWrite': () => Buffer.from('{}'),
      'orders.readCart': () => {
        throw new Refusal('not-found', 404, 'There is no such cart.')
      },
      'storefront.form': () => Buffer.from(''),
      'products.listCategories': () => ({ items: [] }),
    },
    {
      GATEWAY_RATE_LIMIT: 'off',
      GATEWAY_CORS_ORIGINS: 'https://window.example',
      SOUK_PUBLIC_URL: 'http://shop.example',
    },
  )
  shop.sessions.set(token, identity())
})
after(() => shop.stop())
const cookie = (value: string, more: Record<string, string> = {}) => ({
  headers: { cookie: `theme=dark; souk.session_token=${encodeURIComponent(value)}`, ...more },
})
const cart = () => `/v1/carts/${randomUUID()}`

test('changes made with a cookie come from the shop’s own pages (sec-A24)', async () => {
  const end = async (options: { headers: Record<string, string> }) =>
    (await shop.get('/v1/me/sessions', { method: 'DELETE', ...options })).status
  const { host } = new URL(shop.url)
  assert.equal(await end(cookie(token)), 403)
  for (const origin of [
    'https://evil.example',
    'null',
    'http://shop.example.evil.example',
    'https://shop.example',
    `http://x${host}`,
    `https://${host}`,
    `http://${host}0`,
    `http://${host}.evil.example`,
    `http://user@${host}`,
    'http://shop.example:8080',
    'http://SHOP.example',
  ])
    assert.equal(await end(cookie(token, { origin })), 403, origin)
  assert.equal(await end(cookie(token, { 'sec-fetch-site': 'cross-site' })), 403)
  assert.equal(await end(cookie(token, { 'sec-fetch-site': 'same-site' })), 403)
  for (const origin of ['http://shop.example', `http://${host}`, 'https://window.example'])
    assert.equal(await end(cookie(token, { origin })), 204, origin)
  assert.equal(await end(cookie(token, { 'sec-fetch-site': 'same-origin' })), 204)
  assert.equal(await end({ headers: { authorization: `Bearer ${token}`, origin: 'https://evil.example' } }), 204)
})

test('another site cannot sign a visitor in', async () => {
  const signIn = async (headers: Record<string, string>) =>
    (await shop.get('/v1/auth/sign-in/email', { method: 'POST', body: '{}', headers })).status
  assert.equal(await signIn({ origin: 'https://evil.example' }), 403)
  assert.equal(await signIn({ 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal(await signIn({}), 200)
  assert.equal(await signIn({ origin: 'http://shop.example' }), 200)
})

test('another site cannot send a form of the shop front: a guest would get another cart', async () => {
  const post = async (headers: Record<string, string>) =>
    (await shop.get('/en/cart', { method: 'POST', body: 'do=add', headers })).status
  assert.equal(await post({ origin: 'https://evil.example' }), 403)
  assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal(await post({ origin: 'http://shop.example' }), 200)
  assert.equal(await post({}), 200, 'a program')
})

test('only listed sites may read answers (sec-D06)', async () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'https://window.example.evil.example',
    'https://sub.window.example',
    'http://window.example',
  ]) {
    for (const path of ['/v1/categories', '/v1/me', '/v1/nothing']) {
      const { headers } = await shop.get(path, { headers: { origin } })
      assert.equal(headers.get('access-control-allow-origin'), null, `${origin} ${path}`)
      assert.match(headers.get('vary') ?? '', /^(accept-encoding, )?origin$/)
    }
  }
  const origin = 'https://window.example'
  for (const path of ['/v1/categories', '/v1/categories', '/v1/me', '/v1/nothing']) {
    const { headers } = await shop.get(path, { headers: { origin } })
    assert.equal(headers.get('access-control-allow-origin'), origin, path)
    assert.equal(headers.get('access-control-allow-credentials'), 'true')
  }
  const asked = await shop.get(cart(), {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT' },
  })
  assert.equal(asked.status, 204)
  assert.equal(asked.headers.get('access-control-allow-methods'), 'GET, HEAD, OPTIONS, PUT')
  assert.match(asked.headers.get('access-control-allow-headers') ?? '', /idempotency-key/)
  assert.equal(asked.headers.get('access-control-max-age'), '600')
  assert.equal(asked.headers.get('access-control-allow-credentials'), 'true')
  assert.equal(asked.headers.get('vary'), 'origin')
  const plain = await shop.get(cart(), { method: 'OPTIONS', headers: { origin } })
  assert.deepEqual([plain.status, plain.headers.get('access-control-allow-methods')], [204, null], 'no preflight')
  assert.equal(plain.headers.get('allow'), 'GET, HEAD, OPTIONS, PUT')
  const evil = await shop.get(cart(), {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
  })
  for (const name of evil.headers.keys()) assert.doesNotMatch(name, /^access-control/)
  assert.equal(evil.headers.get('access-control-allow-methods'), null)
})
