// The identity of the caller: tokens, cookies, sessions that end.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { SessionRevoked, UserDeleted } from '@souk/contracts/users'
import { Refusal } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import { bearer, identity, startGateway, type TestGateway } from '../fixture.ts'
import { makeSessions } from './session-cache.ts'

let shop: TestGateway
let token: string
let callers: string[]
before(async () => {
  shop = await startGateway(
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
      'orders.readCart': ({ caller }) => {
        callers.push(caller.role)
        throw new Refusal('not-found', 404, 'There is no such cart.')
      },
      'products.listCategories': () => ({ items: [] }),
    },
    { GATEWAY_RATE_LIMIT: 'off' },
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

test('a bearer token or the session cookie identifies the caller', async () => {
  const email = shop.sessions.get(token)?.email
  assert.equal((await shop.ask('/v1/me', bearer(token))).body.email, email)
  assert.equal((await shop.ask('/v1/me', cookie(token))).body.email, email)
  await shop.get(cart(), cookie(token))
  assert.deepEqual(callers, ['customer'])
})

test('an invalid bearer token is refused, an invalid cookie makes a guest', async () => {
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

test('a session that has ended is refused at once when the message arrives', async () => {
  const { userId, sessionId } = shop.sessions.get(token) as { userId: string; sessionId: string }
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 200)
  await shop.publish(SessionRevoked({ userId: randomUUID(), sessionId: randomUUID() }))
  shop.sessions.delete(token)
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 200, 'It is remembered for a moment.')
  await shop.publish(SessionRevoked({ userId, sessionId }))
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 401)
})

test('a deleted account is signed out everywhere', async () => {
  const who = shop.sessions.get(token) as ReturnType<typeof identity>
  const other = randomUUID()
  shop.sessions.set(other, { ...who, sessionId: randomUUID() })
  await shop.get('/v1/me', bearer(token))
  await shop.get('/v1/me', bearer(other))
  shop.sessions.clear()
  await shop.publish(UserDeleted({ userId: who.userId }))
  assert.deepEqual(
    [(await shop.get('/v1/me', bearer(token))).status, (await shop.get('/v1/me', bearer(other))).status],
    [401, 401],
  )
})

test('a session that has ended is refused at once when its message may have been lost', async () => {
  await shop.get('/v1/me', bearer(token))
  shop.sessions.delete(token)
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 200, 'It is remembered for a moment.')
  shop.transport.loseMessages()
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 401)
})

test('a session that has ended is refused soon when no message arrives (sec-A16)', async () => {
  await shop.get('/v1/me', bearer(token))
  shop.sessions.delete(token)
  await eventually('the token is refused', async () => (await shop.get('/v1/me', bearer(token))).status === 401, 15)
})

test('a user who signs out everywhere through this gateway is signed out at once', async () => {
  await shop.get('/v1/me', bearer(token))
  shop.sessions.delete(token)
  assert.equal((await shop.get('/v1/me/sessions', { method: 'DELETE', ...bearer(token) })).status, 204)
  assert.equal((await shop.get('/v1/me', bearer(token))).status, 401)
})

test('one exchange serves many requests, and an answer from before the end of a session is not cached', async () => {
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

test('while the users service is down browsing goes on, and other routes are unavailable (sec-H10)', async () => {
  const say = shop.answers['users.exchangeSession']
  shop.answers['users.exchangeSession'] = () => {
    throw new Refusal('unavailable', 503, 'Down.')
  }
  try {
    const unknown = randomUUID()
    assert.equal((await shop.get('/v1/me', bearer(unknown))).status, 503)
    assert.equal((await shop.get(cart(), cookie(unknown))).status, 503)
    assert.equal((await shop.get(cart())).status, 404)
    assert.equal((await shop.get('/v1/categories', cookie(unknown))).status, 200)
  } finally {
    shop.answers['users.exchangeSession'] = say as never
  }
})
