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
/** The token of a link to a page of our own host. */
function tokenIn(url: string, page: string): string {
  const link = new URL(url)
  assert.deepEqual([link.origin, link.pathname], ['http://localhost:4000', page])
  return link.searchParams.get('token') as string
}
async function resetToken(email: string): Promise<string> {
  assert.equal((await shop.post('request-password-reset', { email })).status, 200)
  return tokenIn((await letters('password-reset', email)).at(-1)?.url as string, '/account/reset-password')
}

test('the link in the first mail verifies the address, once', async () => {
  const { email, token } = await shop.newCustomer()
  const [letter, ...more] = await letters('verification', email)
  assert.equal(more.length, 0)
  const verification = tokenIn(letter?.url as string, '/account/verify-email')
  const wrong = await shop.post('verify-email', { token: `${verification}x` })
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'invalid-token'])
  assert.equal((await shop.exchange(token)).emailVerified, false)
  for (let click = 0; click < 2; click++) {
    const answer = await shop.post('verify-email', { token: verification })
    assert.deepEqual([answer.status, answer.body, answer.cookies], [200, { status: true }, []])
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
  for (const { url } of await letters('password-reset', email)) tokenIn(url, '/account/reset-password')
  const own = await shop.post('request-password-reset', { email, redirectTo: '/new-password?from=mail' })
  assert.equal(own.status, 200)
  const { url } = (await letters('password-reset', email)).at(-1) as Letter
  assert.match(url, /^http:\/\/localhost:4000\/new-password\?from=mail&token=[\w-]{32}$/)
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

test('a newer reset link, and any change of the password, make the older links useless', async () => {
  const choose = (token: string) => shop.post('reset-password', { token, newPassword: 'eight brown camels' })
  const { email, token } = await shop.newCustomer()
  const first = await resetToken(email)
  const second = await resetToken(email)
  assert.equal((await choose(first)).status, 400)
  const body = { currentPassword: goodPassword, newPassword: 'nine brown camels' }
  assert.equal((await shop.post('change-password', body, { headers: { 'x-session-token': token } })).status, 200)
  assert.equal((await choose(second)).status, 400)
  const replaced = { email, password: 'nine brown camels', newPassword: 'ten brown camels' }
  const third = await resetToken(email)
  assert.equal((await shop.post('sign-in/email', replaced)).status, 200)
  assert.equal((await choose(third)).status, 400)
  assert.equal((await shop.post('sign-in/email', { email, password: 'ten brown camels' })).status, 200)
})

test('of reset links that are asked for at the same time, one works', async () => {
  const { email } = await shop.newCustomer()
  await Promise.all(Array.from({ length: 4 }, () => shop.post('request-password-reset', { email })))
  const sent = (await letters('password-reset', email)).map((it) => tokenIn(it.url, '/account/reset-password'))
  assert.equal(sent.length, 4)
  const statuses = []
  for (const token of sent)
    statuses.push((await shop.post('reset-password', { token, newPassword: goodPassword })).status)
  assert.deepEqual(statuses.sort(), [200, 400, 400, 400])
})

test('a reset by mail proves the address, so whoever made the account with a stranger’s address loses it', async () => {
  const { email, token } = await shop.newCustomer()
  const reset = await resetToken(email)
  assert.equal((await shop.post('reset-password', { token: reset, newPassword: 'eight brown camels' })).status, 200)
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  const signedIn = await shop.post('sign-in/email', { email, password: 'eight brown camels' })
  assert.equal((await shop.exchange(signedIn.headers['set-auth-token'] as string)).emailVerified, true)
})

test('a sign-up with a taken address is answered like any other, and its owner is told by mail', async () => {
  const { email } = await shop.newCustomer()
  const again = () =>
    shop.post('sign-up/email', { name: 'Eve', email: email.toUpperCase(), password: 'eleven red camels' })
  const fresh = await shop.post('sign-up/email', { name: 'Eve', email: `x${email}`, password: 'eleven red camels' })
  await again()
  await shop.settle()
  const told = () => shop.messages<Letter>('users.sign-up-repeated').filter((it) => it.email === email)
  assert.equal(told().length, 0, 'a double click needs no mail')
  await shop.database('users').sql`update shop_user set created_at = now() - interval '1 hour' where email = ${email}`
  const answer = await again()
  assert.deepEqual([answer.status, answer.body.token], [fresh.status, fresh.body.token])
  assert.deepEqual(Object.keys(answer.body.user ?? {}), Object.keys(fresh.body.user ?? {}))
  await shop.settle()
  const [letter] = told()
  assert.equal(letter?.name, 'Nour')
  const token = tokenIn(letter?.url as string, '/account/reset-password')
  assert.equal((await shop.post('reset-password', { token, newPassword: 'eight brown camels' })).status, 200)
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
    'wrong-password',
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
    await strict.post('verify-email', { token: tokenIn(letter?.url as string, '/account/verify-email') })
    assert.equal((await strict.post('sign-in/email', { email, password: goodPassword })).status, 200)
  } finally {
    await strict.stop()
  }
})
