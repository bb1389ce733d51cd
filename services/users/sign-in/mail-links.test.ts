// Links in mails: verify an address, choose a new password.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { refusalOf } from '@souk/service/fixture'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'
import { hashOf } from '../sessions/session-token.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())

interface Letter {
  userId: string
  email: string
  name: string
  url: string
  expiresAt?: string
}
async function letters(type: 'verification' | 'password-reset', email: string): Promise<Letter[]> {
  await shop.settle()
  return shop.messages<Letter>(`users.${type}-requested`).filter((it) => it.email === email)
}
/** The path of a link, below /v1/auth/ of our own host. */
function pathOf(url: string): string {
  assert.ok(url.startsWith('http://localhost:4000/v1/auth/'), url)
  return url.replace('http://localhost:4000/v1/auth/', '')
}
async function resetToken(email: string): Promise<string> {
  assert.equal((await shop.post('request-password-reset', { email })).status, 200)
  const path = pathOf((await letters('password-reset', email)).at(-1)?.url as string)
  const { status, headers } = await shop.get(path)
  assert.equal(status, 302)
  const page = new URL(headers.location as string)
  assert.deepEqual([page.origin, page.pathname], ['http://localhost:4000', '/reset-password'])
  return page.searchParams.get('token') as string
}

test('the link in the first mail verifies the address, once', async () => {
  const { email, token } = await shop.newCustomer()
  const [letter, ...more] = await letters('verification', email)
  assert.equal(more.length, 0)
  const path = pathOf(letter?.url as string)
  assert.equal((await shop.get(path.replace('token=', 'token=x'))).status, 302)
  assert.equal((await shop.exchange(token)).emailVerified, false)
  for (let click = 0; click < 2; click++) {
    const answer = await shop.get(path)
    assert.deepEqual([answer.status, answer.headers.location, answer.cookies], [302, '/', []])
  }
  assert.equal((await shop.exchange(token)).emailVerified, true)
  await shop.settle()
  const updates = shop.messages<{ email: string }>('users.user-updated').filter((it) => it.email === email)
  assert.deepEqual(updates, [{ userId: letter?.userId, email, name: 'Nour', emailVerified: true }])
})

test('another verification mail is sent on request, and none to an address without an account', async () => {
  const { email } = await shop.newCustomer()
  const known = await shop.post('send-verification-email', { email })
  const unknown = await shop.post('send-verification-email', { email: 'nobody@example.com' })
  assert.deepEqual([known.status, known.body], [unknown.status, unknown.body])
  assert.equal((await letters('verification', email)).length, 2)
  assert.equal((await letters('verification', 'nobody@example.com')).length, 0)
})

test('a link never leads to another site', async () => {
  const { email } = await shop.newCustomer()
  const asked = await shop.post('request-password-reset', { email, redirectTo: 'https://evil.example/reset' })
  assert.deepEqual([asked.status, asked.body.code], [403, 'invalid-redirect-url'])
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
  await shop.post('request-password-reset', { email }, { headers })
  for (const { url } of await letters('password-reset', email)) pathOf(url)
})

test('a reset link works once, sets the password and ends all sessions', async () => {
  const { email, token, identity } = await shop.newCustomer()
  const reset = await resetToken(email)
  const [letter] = await letters('password-reset', email)
  const minutes = (Date.parse(letter?.expiresAt as string) - Date.now()) / 60_000
  assert.ok(minutes > 29 && minutes <= 30, `${minutes} minutes`)
  const [kept] = await shop.database('users').sql<{ row: string; identifier: string }>`
    select to_json(v)::text as row, identifier from verification v where value = ${identity.userId}`
  assert.equal(kept?.identifier, hashOf(`reset-password:${reset}`), 'the link is not in the database')
  assert.equal(kept?.row.includes(reset), false)

  const weak = await shop.post('reset-password', { token: reset, newPassword: 'password123' })
  assert.deepEqual([weak.status, weak.body.code], [422, 'password-too-common'])
  const both = await Promise.all(
    ['eight brown camels', 'nine brown camels'].map((newPassword) =>
      shop.post('reset-password', { token: reset, newPassword }),
    ),
  )
  assert.deepEqual(both.map((it) => it.status).sort(), [200, 400])
  assert.equal((await shop.post('reset-password', { token: reset, newPassword: 'ten white camels' })).status, 400)

  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  assert.equal((await shop.post('sign-in/email', { email, password: goodPassword })).status, 401)
  const chosen = both[0]?.status === 200 ? 'eight brown camels' : 'nine brown camels'
  assert.equal((await shop.post('sign-in/email', { email, password: chosen })).status, 200)
  await shop.settle()
  const revoked = shop.messages<{ sessionId: string }>('users.session-revoked')
  assert.equal(revoked.filter((it) => it.sessionId === identity.sessionId).length, 1)
})

test('an expired or guessed reset link does nothing', async () => {
  const { email, token } = await shop.newCustomer()
  const reset = await resetToken(email)
  await shop.database('users').sql`
    update verification set expires_at = now() - interval '1 second' where identifier = ${hashOf(`reset-password:${reset}`)}`
  for (const guess of [reset, 'x'.repeat(24), '%'])
    assert.equal((await shop.post('reset-password', { token: guess, newPassword: 'eight brown camels' })).status, 400)
  await shop.exchange(token)
})

test('a change of password needs the old one and ends all other sessions', async () => {
  const { email, token } = await shop.newCustomer()
  const other = await shop.post('sign-in/email', { email, password: goodPassword })
  const headers = { 'x-session-token': token }
  const change = (body: object) => shop.post('change-password', body, { headers })
  assert.equal(
    (await change({ currentPassword: 'a wrong guess', newPassword: 'eight brown camels' })).body.code,
    'invalid-password',
  )
  assert.equal((await change({ currentPassword: goodPassword, newPassword: 'short' })).body.code, 'password-too-short')
  const changed = await change({ currentPassword: goodPassword, newPassword: 'eight brown camels' })
  assert.equal(changed.status, 200)
  for (const old of [token, other.headers['set-auth-token'] as string])
    assert.equal((await refusalOf(shop.exchange(old))).code, 'not-signed-in')
  assert.equal((await shop.exchange(changed.headers['set-auth-token'] as string)).email, email)
  assert.equal((await shop.post('change-password', {}, {})).status, 400)
  const body = { currentPassword: goodPassword, newPassword: 'eight brown camels' }
  assert.equal((await shop.post('change-password', body)).status, 401)
})

test('with required verification, an unverified address cannot sign in', async () => {
  const strict = await startUsers({ USERS_REQUIRE_VERIFICATION: 'on' })
  try {
    const email = 'nour@example.com'
    await strict.post('sign-up/email', { name: 'Nour', email, password: goodPassword })
    const early = await strict.post('sign-in/email', { email, password: goodPassword })
    assert.deepEqual([early.status, early.body.code], [403, 'email-not-verified'])
    await strict.settle()
    const [letter] = strict.messages<Letter>('users.verification-requested')
    await strict.get(pathOf(letter?.url as string))
    assert.equal((await strict.post('sign-in/email', { email, password: goodPassword })).status, 200)
  } finally {
    await strict.stop()
  }
})
