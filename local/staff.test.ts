// `npm run staff`: an operator makes people staff and takes the role back, beside a shop that runs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { openShop, type Shop } from '../tests/fixture.ts'

const password = 'seven-green-camels-went'
let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory' })
})
after(() => shop.stop())

async function staff(words: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'staff.ts'), ...words], {
    env: { ...process.env, USERS_DATABASE_URL: shop.databases.users, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said, complaint: complaint.trim(), code }
}
const customersSeenBy = async (bearer: string) => (await shop.ask('GET', '/v1/customers', { bearer })).status
/** The token of the link in a mail to this address. */
async function eventualLink(email: string, form: RegExp): Promise<string> {
  let token: string | undefined
  await eventually('a link was mailed', async () => {
    token = (await shop.mails(email)).map(({ text }) => form.exec(text)?.[1]).find(Boolean)
    return token !== undefined
  })
  return token as string
}
const signUp = (email: string) => shop.ask('POST', '/v1/auth/sign-up/email', { body: { name: 'Ann', email, password } })

test('a new account is made with a random password, once', async () => {
  const { said, code } = await staff(['Ann@shop.example'])
  assert.equal(code, 0)
  const made = /^ann@shop\.example is staff now\. Password: (\S{16,}) {2}\(shown once/.exec(said)?.[1]
  assert.ok(made, said)
  const signIn = (body: object) =>
    shop.ask<{ code?: string }>('POST', '/v1/auth/sign-in/email', { body: { email: 'ann@shop.example', ...body } })
  assert.equal((await signIn({ password: made })).body.code, 'password-change-required')
  assert.equal((await signIn({ password: made, newPassword: password })).status, 200)
  assert.equal(await customersSeenBy(await shop.signIn('ann@shop.example', password)), 200)
  assert.deepEqual(await staff(['ann@shop.example']), {
    said: 'ann@shop.example is staff already.\n',
    complaint: '',
    code: 0,
  })
  assert.ok(await shop.signIn('ann@shop.example', password))
})

test('a password that nobody knows any more is replaced by a new one', async () => {
  const email = 'fay@shop.example'
  await staff([email], { SOUK_STAFF_PASSWORD: password })
  const session = await shop.signIn(email, password)
  const { said } = await staff([email, '--new-password'])
  const made = /^fay@shop\.example has a new password\. Password: (\S{16,}) {2}\(shown once/.exec(said)?.[1]
  await eventually('the session has ended', async () => (await customersSeenBy(session)) === 401)
  const answer = await shop.ask<{ code?: string }>('POST', '/v1/auth/sign-in/email', {
    body: { email, password: made },
  })
  assert.equal(answer.body.code, 'password-change-required')
  assert.equal((await staff(['nobody@shop.example', '--new-password'])).said, 'nobody@shop.example is not staff.\n')
})

test('or with the password that is given', async () => {
  const { said } = await staff(['bo@shop.example'], { SOUK_STAFF_PASSWORD: password })
  assert.equal(said, 'bo@shop.example is staff now, with the password of SOUK_STAFF_PASSWORD.\n')
  assert.ok(await shop.signIn('bo@shop.example', password))
  const weak = await staff(['cy@shop.example'], { SOUK_STAFF_PASSWORD: 'short' })
  assert.deepEqual([weak.said, weak.code], ['', 1])
  assert.match(weak.complaint, /^The password for cy@shop\.example .*is not good enough\. .*15 characters\.$/)
})

test('a customer becomes staff once the address is verified, and chooses a new password', async () => {
  const email = 'dee@shop.example'
  await signUp(email)
  const unverified = await staff([email])
  assert.deepEqual([unverified.said, unverified.code], ['', 1])
  assert.match(unverified.complaint, /has not verified/)
  await shop.sql('users')`update shop_user set email_verified = true where email = ${email}`
  const before = await shop.signIn(email, password)
  assert.equal(await customersSeenBy(before), 403)
  const file = join(tmpdir(), `souk-${randomUUID()}.log`)
  const { said } = await staff([email], { SOUK_LOG_FILE: file })
  assert.match(said, /^dee@shop\.example is staff now\. The password of the account works no more/)
  await eventually('the old session has ended', async () => (await customersSeenBy(before)) === 401)
  const line = JSON.parse((await readFile(file, 'utf8')).trim())
  await rm(file)
  assert.deepEqual([line.event, line.outcome, line.reason], ['role-changed', 'allowed', 'staff'])
  assert.match(line.userId, /^[0-9a-f-]{36}$/)

  const old = await shop.ask<{ code?: string }>('POST', '/v1/auth/sign-in/email', { body: { email, password } })
  assert.deepEqual([old.status, old.body.code], [403, 'password-reset-required'])
  const link = await eventualLink(email, /http\S+reset-password\?token=([\w-]+)/)
  const body = { token: link, newPassword: `${password}-again` }
  assert.equal((await shop.ask('POST', '/v1/auth/reset-password', { body })).status, 200)
  assert.equal(await customersSeenBy(await shop.signIn(email, `${password}-again`)), 200)
})

test('the role is taken back from open sessions too', async () => {
  const email = 'eve@shop.example'
  await staff([email], { SOUK_STAFF_PASSWORD: password })
  const session = await shop.signIn(email, password)
  assert.equal(await customersSeenBy(session), 200)
  assert.equal((await staff(['--remove', email])).said, `${email} is no longer staff.\n`)
  await eventually('the session has ended', async () => (await customersSeenBy(session)) === 401)
  assert.equal(await customersSeenBy(await shop.signIn(email, password)), 403)
  for (const nobody of [email, 'nobody@shop.example'])
    assert.equal((await staff(['--remove', nobody])).said, `${nobody} is not staff.\n`)
})

test('what is no address, or no database of the users service, is told in a sentence', async () => {
  for (const words of [
    [],
    ['ann'],
    ['--remove'],
    ['a@b.example', 'c@d.example'],
    ['--delete', 'a@b.example'],
    ['--remove', '--new-password', 'a@b.example'],
  ]) {
    const { complaint, code } = await staff(words)
    assert.equal(code, 1)
    assert.match(complaint, /^Usage: npm run staff -- ann@shop\.example \[--remove \| --new-password\]$/)
  }
  const strange = await staff(['ann@shop.example'], { USERS_DATABASE_URL: shop.databases.orders as string })
  assert.equal(strange.code, 1)
  assert.match(strange.complaint, /^This database holds no accounts yet/)
})
