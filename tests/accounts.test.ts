// Accounts in the whole shop, over HTTP: a scanner that opens every link of a mail, a browser that presses the button, and what comes
// into the account.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
  await shop.putGoods({ sku: 'MUG-1', cents: 1_990, quantity: 50 })
})
after(() => shop.stop())

/** The link to a page of the shop in the newest mail to this address that has one of this kind. */
async function linkTo(email: string, action: string): Promise<URL> {
  let link: string | undefined
  const form = new RegExp(`http\\S+/account/${action}\\?token=[\\w.-]+`)
  await eventually(`a link to ${action} was mailed`, async () => {
    link = (await shop.mails(email)).map(({ text }) => form.exec(text)?.[0]).find(Boolean)
    return link !== undefined
  })
  return new URL(link as string)
}
/** Posts the form of a page as a browser does. */
function press(page: URL, fields: Record<string, string>, cookie = '') {
  const headers = { origin: shop.url, 'sec-fetch-site': 'same-origin', ...(cookie ? { cookie } : {}) }
  return fetch(page.origin + page.pathname, { method: 'POST', headers, body: new URLSearchParams(fields) })
}
function hiddenIn(text: string): Record<string, string> {
  const fields = text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}
async function isVerified(bearer: string): Promise<unknown> {
  return (await shop.ask('GET', '/v1/me', { bearer })).body.emailVerified
}

test('a scanner that opens everything verifies nothing; the customer’s button brings the guest orders', async () => {
  const email = 'nour@example.com'
  const lines = [{ sku: 'MUG-1', quantity: 1 }]
  const { body: guestOrder } = await shop.buy({ lines, email: 'Nour@Example.com' })
  const bearer = await shop.signUp(email)
  const link = await linkTo(email, 'verify-email')
  const token = link.searchParams.get('token')
  for (const method of ['HEAD', 'GET', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
    for (const path of [
      link.pathname + link.search,
      `/v1/auth/verify-email?token=${token}`,
      `/v1/auth/verify-email?token=${token}&callbackURL=%2F`,
      `/v1/auth/verify-email/?token=${token}`,
      `/v1/auth//verify-email?token=${token}`,
      `/v1/auth/%76erify-email?token=${token}`,
      `/v1/auth/verify%2Demail?token=${token}`,
      `/v1/auth/ok%2F..%2Fverify-email?token=${token}`,
      `/V1/Auth/Verify-Email?token=${token}`,
    ]) {
      const response = await fetch(shop.url + path, { method, redirect: 'manual' })
      const text = await response.text()
      assert.ok(response.status < 500, `${method} ${path}: ${response.status}`)
      if (method === 'HEAD') assert.equal(text, '')
    }
  }
  assert.equal(await isVerified(bearer), false)

  const page = await fetch(link)
  assert.equal(page.status, 200)
  assert.equal(page.headers.get('referrer-policy'), 'same-origin')
  assert.equal(page.headers.get('cache-control'), 'no-store')
  const text = await page.text()
  assert.doesNotMatch(text, /<script|src=|@import|url\(/)
  const foreign = await fetch(link.origin + link.pathname, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(foreign.status, 415)
  assert.deepEqual((await shop.ask('GET', '/v1/orders', { bearer })).body.items, [])
  assert.equal((await press(link, hiddenIn(text))).status, 200)
  assert.equal(await isVerified(bearer), true)
  await eventually('the guest order is in the account', async () => {
    const { body } = await shop.ask<{ items: { id: string }[] }>('GET', '/v1/orders', { bearer })
    return body.items.some(({ id }) => id === guestOrder.id)
  })
  await shop.isSound()
})

test('a browser changes its e-mail address and stays signed in; the token shows nowhere but in its cookie', async () => {
  const [email, newEmail] = ['leila@example.com', 'leila@new.example']
  await shop.signUp(email)
  const headers = { origin: shop.url, 'sec-fetch-site': 'same-origin' }
  const body = { email, password: 'long-enough-for-a-test' }
  const signedIn = await shop.ask('POST', '/v1/auth/sign-in/email', { body, headers })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] as string
  assert.match(cookie, /^souk\.session_token=/)
  assert.equal(signedIn.headers.get('set-auth-token'), null)
  const read = await shop.ask<{ session: object }>('GET', '/v1/auth/get-session', { headers: { cookie } })
  const bare = decodeURIComponent(cookie.split('=')[1] as string).split('.')[0] as string
  assert.ok(read.body.session)
  assert.ok(!JSON.stringify([signedIn.body, read.body]).includes(bare))

  const change = { email: newEmail, password: 'long-enough-for-a-test' }
  const asked = await shop.ask('POST', '/v1/me/email', { body: change, headers: { ...headers, cookie } })
  assert.equal(asked.status, 202, JSON.stringify(asked.body))
  const link = await linkTo(newEmail, 'change-email')
  assert.equal((await press(link, { token: link.searchParams.get('token') as string }, cookie)).status, 200)
  const me = await shop.ask('GET', '/v1/me', { headers: { cookie } })
  assert.deepEqual([me.body.email, me.body.emailVerified], [newEmail, true])
  await eventually('both addresses are told', async () => {
    const told = [await shop.lettersTo(email), await shop.lettersTo(newEmail)]
    return told[0]?.includes('email-changed-notice') === true && told[1]?.includes('email-changed') === true
  })
})

test('a forgotten password is replaced on the page, without a script', async () => {
  const email = 'sami@example.com'
  await shop.signUp(email)
  await shop.ask('POST', '/v1/auth/request-password-reset', { body: { email } })
  const link = await linkTo(email, 'reset-password')
  const text = await (await fetch(link)).text()
  assert.match(text, /<input id="new-password" type="password" name="newPassword"/)
  assert.equal((await press(link, { ...hiddenIn(text), newPassword: 'short' })).status, 422)
  const set = await press(link, { ...hiddenIn(text), newPassword: 'eight brown camels' })
  assert.equal(set.status, 200, await set.text())
  assert.ok(await shop.signIn(email, 'eight brown camels'))
})
