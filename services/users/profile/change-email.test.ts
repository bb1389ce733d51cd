// A customer changes the e-mail address: the new one is proved, the old one is told.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { anonymous, refusalOf } from '@souk/service/fixture'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())

interface Asked {
  userId: string
  email: string
  newEmail: string
  url: string
}
const newAddress = () => `${randomUUID()}@new.example`
const ask = (caller: Caller, email: string, password = goodPassword) =>
  shop.as(usersApi, caller).changeEmail({ body: { email, password } })
async function tokenFor(newEmail: string): Promise<string> {
  await shop.settle()
  const asked = shop.messages<Asked>('users.email-change-requested').findLast((it) => it.newEmail === newEmail)
  const url = new URL(asked?.url as string)
  assert.equal(url.pathname, '/account/change-email')
  return url.searchParams.get('token') as string
}
async function press(token: string): Promise<number> {
  const { status } = await shop.request(
    usersApi.routes.useLink,
    {
      params: { action: 'change-email' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    },
    anonymous,
  )
  return status
}

test('the address changes when the new one is proved; both are told, and other sessions end', async () => {
  const { email, token, caller, identity } = await shop.newCustomer()
  const elsewhere = await shop.post('sign-in/email', { email, password: goodPassword })
  const newEmail = newAddress()
  const asked = await ask(caller, newEmail.toUpperCase())
  assert.equal(asked.email, newEmail)
  assert.equal((await shop.exchange(token)).email, email, 'nothing has changed yet')
  const link = await tokenFor(newEmail)
  assert.equal(await press(link), 200)
  assert.equal(await press(link), 400, 'the link works once')

  const now = await shop.exchange(token)
  assert.deepEqual([now.email, now.emailVerified], [newEmail, true])
  assert.equal((await refusalOf(shop.exchange(elsewhere.headers['set-auth-token'] as string))).code, 'not-signed-in')
  assert.equal((await shop.post('sign-in/email', { email, password: goodPassword })).status, 401)
  assert.equal((await shop.post('sign-in/email', { email: newEmail, password: goodPassword })).status, 200)
  await shop.settle()
  const { userId } = identity
  const ofUser = <D extends { userId: string }>(type: string) =>
    shop.messages<D>(type).filter((it) => it.userId === userId)
  assert.deepEqual(ofUser('users.email-changed'), [{ userId, email, name: 'Nour', newEmail }])
  assert.deepEqual(ofUser('users.email-proved')[0], { userId, email: newEmail })
})

test('a change needs the password, and another address', async () => {
  const { caller, email } = await shop.newCustomer()
  assert.equal((await refusalOf(ask(caller, newAddress(), 'a wrong guess'))).code, 'wrong-password')
  assert.equal((await refusalOf(ask(caller, email.toUpperCase()))).code, 'email-unchanged')
  assert.equal((await refusalOf(ask(anonymous, newAddress()))).code, 'not-signed-in')
})

test('an address that has an account is not told apart, and does not move to a second one', async () => {
  const nour = await shop.newCustomer()
  const other = await shop.newCustomer()
  assert.deepEqual(Object.keys(await ask(nour.caller, other.email)), ['email', 'expiresAt'])
  assert.equal(await press(await tokenFor(other.email)), 400)
  assert.equal((await shop.exchange(nour.token)).email, nour.email)
  assert.equal((await shop.exchange(other.token)).email, other.email)
})

test('links for the old address, and older links of this kind, stop working', async () => {
  const { email, caller, token } = await shop.newCustomer()
  await shop.post('request-password-reset', { email })
  await shop.settle()
  const reset = shop.messages<Asked>('users.password-reset-requested').findLast((it) => it.email === email)
  const [first, second] = [newAddress(), newAddress()]
  await ask(caller, first)
  await ask(caller, second)
  assert.equal(await press(await tokenFor(first)), 400)
  assert.equal(await press(await tokenFor(second)), 200)
  const old = new URL(reset?.url as string).searchParams.get('token')
  assert.equal((await shop.post('reset-password', { token: old, newPassword: 'eight brown camels' })).status, 400)
  assert.equal((await shop.exchange(token)).email, second)
})

test('a change of the password stops a change of the address', async () => {
  const { caller, token, email } = await shop.newCustomer()
  const newEmail = newAddress()
  await ask(caller, newEmail)
  const body = { currentPassword: goodPassword, newPassword: 'eight brown camels' }
  await shop.post('change-password', body, { headers: { 'x-session-token': token } })
  assert.equal(await press(await tokenFor(newEmail)), 400)
  assert.equal((await shop.post('sign-in/email', { email, password: 'eight brown camels' })).status, 200)
})

test('a wrong or expired link changes nothing', async () => {
  const { caller, token, email } = await shop.newCustomer()
  const newEmail = newAddress()
  await ask(caller, newEmail)
  const link = await tokenFor(newEmail)
  assert.equal(await press(`${link}x`), 400)
  await shop.database('users').sql`update email_change set expires_at = now() - interval '1 second'`
  assert.equal(await press(link), 400)
  assert.equal((await shop.exchange(token)).email, email)
})
