// Signing up, in and out, from outside.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import { refusalOf } from '@souk/service/testing'
import { goodPassword, startUsers, type UsersShop } from './try-users.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())

test('somebody signs up, signs in, and is known by cookie and by bearer token', async () => {
  const signedUp = await shop.post('sign-up/email', { name: 'Nour', email: 'Nour@Example.com', password: goodPassword })
  assert.equal(signedUp.status, 200, JSON.stringify(signedUp.body))
  const signedIn = await shop.post('sign-in/email', { email: 'nour@example.com', password: goodPassword })
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body))
  const cookie = signedIn.cookies.find((one) => one.startsWith('souk.session_token='))
  assert.match(cookie ?? '', /; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
  const fromCookie = cookie?.split(';')[0]?.slice('souk.session_token='.length) as string

  for (const token of [
    fromCookie,
    decodeURIComponent(fromCookie),
    signedIn.headers['set-auth-token'] as string,
    signedIn.body.token,
  ]) {
    const identity = await shop.exchange(token)
    assert.equal(identity.email, 'nour@example.com')
    assert.deepEqual([identity.role, identity.emailVerified], ['customer', false])
  }
  const identity = await shop.exchange(fromCookie)
  const me = await shop.as(usersApi, { service: 'gateway', ...identity }).readMe({})
  assert.equal(me.name, 'Nour')
  await shop.settle()
  const registered = shop.messages<{ userId: string; email: string }>('users.user-registered')
  assert.deepEqual(registered, [{ userId: identity.userId, email: 'nour@example.com', name: 'Nour' }])
  assert.equal(
    shop.transport.log.find((it) => it.type === 'users.user-registered')?.json.includes('ab'.repeat(16)),
    true,
  )
})

test('a wrong password, a wrong signature and no token at all are refused', async () => {
  const { email, token } = await shop.newcomer()
  const wrong = await shop.post('sign-in/email', { email, password: 'not the password' })
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'invalid-email-or-password'])
  const bare = decodeURIComponent(token).split('.')[0] as string
  for (const forged of [
    `${bare}.AAAA`,
    `${bare.slice(1)}x`,
    'x',
    '%',
    `${bare}.${'A'.repeat(43)}=`,
    bare.toLowerCase(),
  ])
    assert.equal((await refusalOf(shop.exchange(forged))).code, 'not-signed-in', forged)
})
