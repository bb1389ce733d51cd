// Who is it: tokens, cookies, sessions that end, and requests that other sites make a browser send.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { SessionRevoked, UserDeleted } from '@souk/contracts/users'
import { Refusal } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { bearer, identity, openShop, type Shop } from '../fixture.ts'
import { makeSessions } from './sessions.ts'

let shop: Shop
let token: string
let callers: string[]
before(async () => {
  shop = await openShop(
    {
      'users.readMe': ({ caller }) => ({
        id: caller.userId,
        email: caller.email,
        emailVerified: true,
        name: 'Ada',
        role: caller.role,
        createdAt: new Date().toISOString(),
      }),
      'users.endAllSessions': () => undefined,
      'users.authWrite': () => Buffer.from('{}'),
      'orders.readCart': ({ caller }) => {
        callers.push(caller.role)
        throw new Refusal('not-found', 404, 'There is no such cart.')
      },
      'products.listCategories': () => ({ items: [] }),
    },
    {
      GATEWAY_RATE_LIMIT: 'off',
      GATEWAY_CORS_ORIGINS: 'https://window.example',
      SOUK_PUBLIC_URL: 'http://shop.example',
    },
  )
})
after(() => shop.stop())
beforeEach(() => {
  token = randomUUID()
  callers = []
  shop.sessions.set(token, identity())
})
const cookie = (value: string, more: Record<string, string> = {}) => ({
  headers: { cookie: `theme=dark; souk.session_token=${encodeURIComponent(value)}`, ...more },
})
const cart = () => `/v1/carts/${randomUUID()}`

test('a bearer token or the session cookie say who somebody is', async () => {
  const email = shop.sessions.get(token)?.email
  assert.equal((await shop.ask('/v1/me', bearer(token))).body.email, email)
  assert.equal((await shop.ask('/v1/me', cookie(token))).body.email, email)
  await shop.get(cart(), cookie(token))
  assert.deepEqual(callers, ['customer'])
})

test('a wrong bearer token is refused, a wrong cookie makes a guest', async () => {
  for (const authorization of [
    'Bearer wrong',
    'Bearer',
    'Basic YTpi',
    `Bearer ${'x'.repeat(600)}`,
    `Bearer ${token} x`,
  ]) {
    const { status, body } = await shop.ask(cart(), { headers: { authorization } })
    assert.deepEqual([status, body.code], [401, 'not-signed-in'], authorization)
  }
  for (const value of ['wrong', '', 'x'.repeat(600)]) {
    assert.equal((await shop.get(cart(), cookie(value))).status, 404)
    assert.equal((await shop.get('/v1/me', cookie(value))).status, 401)
  }
  await shop.get(cart(), { headers: { cookie: 'souk.session_token=%E0%A4%A' } })
  assert.deepEqual(new Set(callers), new Set(['anonymous']))
})

test('a session that was ended is refused at once when the message arrives', async () => {
  const { userId, sessionId } = shop.sessions.get(token) as { userId: string; sessionId: string }
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 200)
  await shop.tell(SessionRevoked({ userId: randomUUID(), sessionId: randomUUID() }))
  shop.sessions.delete(token)
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 200, 'It is remembered for a moment.')
  await shop.tell(SessionRevoked({ userId, sessionId }))
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 401)
})

test('a deleted account is signed out everywhere', async () => {
  const who = shop.sessions.get(token) as ReturnType<typeof identity>
  const other = randomUUID()
  shop.sessions.set(other, { ...who, sessionId: randomUUID() })
  await shop.get('/v1/me', bearer(token))
  await shop.get('/v1/me', bearer(other))
  shop.sessions.clear()
  await shop.tell(UserDeleted({ userId: who.userId }))
  assert.deepEqual(
    [(await shop.get('/v1/me', bearer(token))).status, (await shop.get('/v1/me', bearer(other))).status],
    [401, 401],
  )
})

test('a session that was ended is refused soon when no message arrives (sec-A16)', async () => {
  await shop.get('/v1/me', bearer(token))
  shop.sessions.delete(token)
  await eventually('the token is refused', async () => (await shop.get('/v1/me', bearer(token))).status === 401, 15)
})

test('who signs out everywhere through this door is out at once', async () => {
  await shop.get('/v1/me', bearer(token))
  shop.sessions.delete(token)
  assert.equal((await shop.get('/v1/me/sessions', { method: 'DELETE', ...bearer(token) })).status, 204)
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 401)
})

test('one exchange serves many requests, and an answer from before an ending is not remembered', async () => {
  let time = 0
  let asked = 0
  let release = () => {}
  const who = identity()
  const sessions = makeSessions(
    () => {
      asked += 1
      return new Promise((resolve) => {
        release = () => resolve(who)
      })
    },
    () => time,
  )
  const first = Promise.all([sessions.find('t'), sessions.find('t')])
  assert.equal(asked, 1)
  sessions.forget(who.userId)
  release()
  assert.equal((await first)[0]?.userId, who.userId)
  assert.equal(sessions.remembered('t'), undefined)
  const second = sessions.find('t')
  release()
  await second
  time = 3_999
  assert.equal((await sessions.find('t'))?.userId, who.userId)
  assert.equal(asked, 2)
  time = 4_000
  assert.equal(sessions.remembered('t'), undefined)
})

test('browsing goes on while nobody can say who somebody is; the rest says so (sec-H10)', async () => {
  const say = shop.sayings['users.exchangeSession']
  shop.sayings['users.exchangeSession'] = () => {
    throw new Refusal('unavailable', 503, 'Down.')
  }
  try {
    const unknown = randomUUID()
    assert.equal((await shop.get('/v1/me', bearer(unknown))).status, 503)
    assert.equal((await shop.get(cart(), cookie(unknown))).status, 503)
    assert.equal((await shop.get(cart())).status, 404)
    assert.equal((await shop.get('/v1/categories', cookie(unknown))).status, 200)
  } finally {
    shop.sayings['users.exchangeSession'] = say as never
  }
})

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
      assert.equal(headers.get('vary'), 'origin')
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
  const evil = await shop.get(cart(), { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
  assert.equal(evil.headers.get('access-control-allow-methods'), null)
})
