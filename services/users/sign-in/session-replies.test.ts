// Where session tokens are told, and that a new session takes the place of the old one.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { refusalOf } from '@souk/service/fixture'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())
const own = 'http://localhost:4000'
const cookieOf = (cookies: readonly string[]) => cookies.map((one) => one.split(';')[0]).join('; ')
const tokenIn = (cookie: string) => decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0] as string

test('a browser gets its session in the cookie alone; no script of a page can read the token', async () => {
  const { email } = await shop.newCustomer()
  const person = { email, password: goodPassword }
  for (const site of ['same-origin', 'same-site']) {
    const headers = { origin: own, 'sec-fetch-site': site }
    const { status, cookies, headers: sent, body } = await shop.post('sign-in/email', person, { headers })
    assert.equal(status, 200)
    const cookie = cookieOf(cookies)
    const token = tokenIn(cookie)
    assert.equal(token.length, 32)
    assert.equal(sent['set-auth-token'], undefined)
    const read = await shop.get('get-session', { headers: { cookie } })
    assert.equal(read.body.user?.email, email)
    const change = { currentPassword: goodPassword, newPassword: goodPassword }
    const changed = await shop.post('change-password', change, { headers: { ...headers, cookie } })
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    const newToken = tokenIn(cookieOf(changed.cookies))
    for (const answer of [{ headers: sent, body }, read, changed]) {
      const { 'set-cookie': _, ...others } = answer.headers as Record<string, unknown>
      for (const secret of [token, newToken])
        assert.doesNotMatch(JSON.stringify([others, answer.body]), new RegExp(secret))
    }
  }
})

test('an API client gets the token in the set-auth-token header, and in no body', async () => {
  const { email } = await shop.newCustomer()
  const person = { email, password: goodPassword }
  // Some programs send Origin, too.
  assert.ok((await shop.post('sign-in/email', person, { headers: { origin: own } })).headers['set-auth-token'])
  const { headers, body } = await shop.post('sign-in/email', person)
  const token = headers['set-auth-token'] as string
  const bare = decodeURIComponent(token).split('.')[0] as string
  assert.doesNotMatch(JSON.stringify(body), new RegExp(bare))
  const read = await shop.get('get-session', { headers: { 'x-session-token': token } })
  assert.equal(read.body.user?.email, email)
  assert.doesNotMatch(JSON.stringify([read.body, read.headers]), new RegExp(bare))
})

test('signing in again ends the session that the new one replaces, and no other', async () => {
  const { email, token } = await shop.newCustomer()
  const other = await shop.post('sign-in/email', { email, password: goodPassword })
  const again = await shop.post(
    'sign-in/email',
    { email, password: goodPassword },
    { headers: { 'x-session-token': token } },
  )
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  await shop.exchange(other.headers['set-auth-token'] as string)
  await shop.exchange(again.headers['set-auth-token'] as string)

  const wrong = { headers: { 'x-session-token': again.headers['set-auth-token'] as string } }
  assert.equal((await shop.post('sign-in/email', { email, password: 'a wrong guess' }, wrong)).status, 401)
  await shop.exchange(again.headers['set-auth-token'] as string)

  const browser = await shop.post('sign-in/email', { email, password: goodPassword }, { headers: { origin: own } })
  const cookie = cookieOf(browser.cookies)
  const mallory = await shop.newCustomer()
  const person = { email: mallory.email, password: goodPassword }
  const headers = { origin: own, cookie }
  assert.equal((await shop.post('sign-in/email', person, { headers })).status, 200)
  assert.equal(
    (await refusalOf(shop.exchange(decodeURIComponent(cookie.split('=')[1] as string)))).code,
    'not-signed-in',
  )
})
