// Links in mails open a page; only the button on it changes something.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import { newTrace } from '@souk/messaging'
import { anonymous } from '@souk/service/fixture'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())

const { linkPage, useLink } = usersApi.routes
interface Mail {
  email: string
  url: string
}
async function lastLink(kind: string, email: string): Promise<URL> {
  await shop.settle()
  const mail = shop.messages<Mail>(`users.${kind}-requested`).findLast((it) => it.email === email)
  assert.ok(mail, `no ${kind} was requested for ${email}`)
  return new URL(mail.url)
}
/** Opens the link, with what a mail program has appended to it. */
async function open({ href, pathname }: URL) {
  const { status, headers, body } = await shop.running.serviceCalls.call(linkPage, {
    params: { action: actionOf(new URL(href)) },
    url: `${href.slice(href.indexOf(pathname))}&utm_source=mail`,
    caller: anonymous,
    trace: newTrace(),
  })
  return { status, headers, body: Buffer.from(body as Uint8Array).toString() }
}
async function press(url: URL, fields: Record<string, string>, type = 'application/x-www-form-urlencoded') {
  const headers = { 'content-type': type }
  const body = new URLSearchParams(fields).toString()
  return withText(await shop.request(useLink, { params: { action: actionOf(url) }, headers, body }, anonymous))
}
function withText(answer: { status: number; headers: Record<string, string>; body: unknown }) {
  return { ...answer, body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body) }
}
function actionOf(url: URL): string {
  assert.match(url.pathname, /^\/account\/[a-z-]+$/)
  return url.pathname.slice('/account/'.length)
}
/** The hidden fields of the page's form. */
function fieldsOf(page: string): Record<string, string> {
  assert.match(page, /<form method="post" action="\/account\/[a-z-]+">/)
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
  return Object.fromEntries(fields.map(([, name, value]) => [name, value?.replaceAll('&amp;', '&')]))
}
async function isVerified(email: string): Promise<boolean | undefined> {
  const [row] = await shop.database('users').sql<{ emailVerified: boolean }>`
    select email_verified from shop_user where email = ${email}`
  return row?.emailVerified
}

test('a mail scanner that opens the link verifies nothing; the button does', async () => {
  const { email } = await shop.newCustomer()
  const link = await lastLink('verification', email)
  const token = link.searchParams.get('token') as string
  for (let opened = 0; opened < 2; opened++) {
    const page = await open(link)
    assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8'])
    assert.match(page.headers['content-security-policy'] as string, /form-action 'self'/)
  }
  for (const path of [
    `verify-email?token=${token}`,
    `verify-email?token=${token}&callbackURL=/`,
    `verify-email/?token=${token}`,
    `./verify-email?token=${token}`,
    `ok/../verify-email?token=${token}`,
    `%76erify-email?token=${token}`,
    `verify-email%2f?token=${token}`,
    `Verify-Email?token=${token}`,
    `/verify-email?token=${token}`,
    `verify-email;x?token=${token}`,
    `ok?/../verify-email?token=${token}`,
  ])
    await shop.get(path)
  assert.equal(await isVerified(email), false)

  const fields = fieldsOf((await open(link)).body)
  assert.equal((await press(link, fields, 'text/plain')).status, 415)
  assert.equal(await isVerified(email), false)
  for (let click = 0; click < 2; click++) assert.equal((await press(link, fields)).status, 200)
  assert.equal(await isVerified(email), true)
})

test('a link that is wrong or has been used up is told on the page, and never fails', async () => {
  for (const action of ['verify-email', 'reset-password', 'change-email']) {
    for (const query of [
      '',
      'token=',
      'token=x',
      'token=a&token=b',
      `token=${'x'.repeat(900)}`,
      'token=%00',
      'token=<b>',
    ]) {
      const url = new URL(`http://localhost:4000/account/${action}?${query}`)
      const page = await open(url)
      assert.ok(page.status === 200 || page.status === 400, `${page.status}`)
      assert.doesNotMatch(String(page.body), /<b>/)
    }
    for (const fields of [
      {},
      { token: '' },
      { token: 'x' },
      { token: 'x\u0000' },
      { token: 'x', newPassword: goodPassword },
    ] as Record<string, string>[]) {
      const pressed = await press(new URL(`http://localhost:4000/account/${action}`), fields)
      assert.ok([400, 422].includes(pressed.status), `${action} ${JSON.stringify(fields)}: ${pressed.status}`)
      assert.match(pressed.body, /^<!doctype html>/)
    }
  }
})

test('a password is chosen on the page; a weak one is asked for again', async () => {
  const { email } = await shop.newCustomer()
  await shop.post('request-password-reset', { email })
  const link = await lastLink('password-reset', email)
  const fields = fieldsOf((await open(link)).body)
  const weak = await press(link, { ...fields, newPassword: 'password123' })
  assert.equal(weak.status, 422)
  assert.match(weak.body, /Attackers try this password first/)
  assert.deepEqual(fieldsOf(weak.body), fields)
  assert.equal((await press(link, { ...fields, newPassword: 'eight brown camels' })).status, 200)
  assert.equal((await press(link, { ...fields, newPassword: 'nine brown camels' })).status, 400)
  assert.equal((await shop.post('sign-in/email', { email, password: 'eight brown camels' })).status, 200)
})

test('a page leads on to a place of the shop only', async () => {
  const email = 'onward@example.com'
  await shop.post('sign-up/email', { name: 'Nour', email, password: goodPassword, callbackURL: '/welcome?a=b' })
  const link = await lastLink('verification', email)
  const done = await press(link, fieldsOf((await open(link)).body))
  assert.match(done.body, /href="http:\/\/localhost:4000\/welcome\?a=b"/)
  for (const place of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
  ]) {
    link.searchParams.set('callbackURL', place)
    const fields = { ...fieldsOf((await open(link)).body), callbackURL: place }
    assert.doesNotMatch((await press(link, fields)).body, /evil|javascript/)
  }
})

test('a page speaks the language of the page that it leads on to', async () => {
  const email = 'grete@example.com'
  await shop.post('sign-up/email', { name: 'Grete', email, password: goodPassword, callbackURL: '/de/account' })
  const url = await lastLink('verification', email)
  const { body: page } = await open(url)
  assert.match(page, /<html lang="de">/)
  const refused = await press(url, { ...fieldsOf(page), token: 'a.b.c' })
  assert.equal(refused.status, 400)
  assert.match(refused.body, /Dieser Link gilt nicht mehr/)
})
