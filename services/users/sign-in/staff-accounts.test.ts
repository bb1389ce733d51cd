// Accounts of staff: how they get their password, and how long their sessions last.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { refusalOf } from '@souk/service/fixture'
import type { UsersContext } from '../context.ts'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'
import { changeRole, ensureStaff, replaceStaffPassword } from '../staff.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())
const staffPassword = 'a very long password of staff'
const contextOf = (of: UsersShop) => of.running.services.get('users')?.context as UsersContext
const context = () => contextOf(shop)
const signIn = (body: Record<string, string>) => shop.post('sign-in/email', body)

async function resetTokens(email: string): Promise<string[]> {
  await shop.settle()
  return shop
    .messages<{ email: string; url: string }>('users.password-reset-requested')
    .filter((it) => it.email === email)
    .map((it) => new URL(it.url).searchParams.get('token') as string)
}
async function verified() {
  const person = await shop.newCustomer()
  await shop.database('users').sql`update shop_user set email_verified = true where email = ${person.email}`
  return person
}

test('who becomes staff loses the password and the sessions, and chooses a new password by mail', async () => {
  const { email, token } = await verified()
  await shop.post('request-password-reset', { email })
  const [older] = await resetTokens(email)
  assert.equal(await changeRole(context(), email, 'staff'), 'changed')
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  assert.equal((await shop.post('reset-password', { token: older, newPassword: staffPassword })).status, 400)

  assert.equal((await signIn({ email, password: 'a wrong guess' })).body.code, 'invalid-email-or-password')
  for (const more of [{}, { newPassword: staffPassword }] as Record<string, string>[]) {
    const old = await signIn({ email, password: goodPassword, ...more })
    assert.deepEqual([old.status, old.body.code, old.cookies], [403, 'password-reset-required', []])
    assert.equal(old.headers['set-auth-token'], undefined)
  }
  const link = (await resetTokens(email)).at(-1)
  const choose = (newPassword: string) => shop.post('reset-password', { token: link, newPassword })
  assert.equal((await choose('twelve chars')).body.code, 'password-too-short')
  assert.equal((await choose(staffPassword)).status, 200)
  assert.equal((await signIn({ email, password: goodPassword })).status, 401)
  const signedIn = await signIn({ email, password: staffPassword })
  assert.equal((await shop.exchange(signedIn.headers['set-auth-token'] as string)).role, 'staff')
})

test('the password that became useless cannot be chosen again', async () => {
  const { email } = await verified()
  const password = 'a long one that a stranger knows'
  await shop.post('request-password-reset', { email })
  await shop.post('reset-password', { token: (await resetTokens(email)).at(-1), newPassword: password })
  await changeRole(context(), email, 'staff')
  await shop.post('request-password-reset', { email })
  const token = (await resetTokens(email)).at(-1)
  const same = await shop.post('reset-password', { token, newPassword: password })
  assert.deepEqual([same.status, same.body.code], [422, 'password-unchanged'])
  assert.equal((await shop.post('reset-password', { token, newPassword: staffPassword })).status, 200)
})

test('staff whose password is shorter than today’s rule choose a new one by mail', async () => {
  const { email } = await verified()
  await shop.database('users').sql`update shop_user set role = 'staff' where email = ${email}`
  assert.equal((await signIn({ email, password: goodPassword })).status, 200, 'eighteen characters')
  const strict = await startUsers({ USERS_STAFF_PASSWORD_MIN_LENGTH: '19' })
  try {
    const person = await strict.newCustomer()
    await strict.database('users').sql`update shop_user set role = 'staff' where email = ${person.email}`
    const short = await strict.post('sign-in/email', { email: person.email, password: goodPassword })
    assert.deepEqual([short.status, short.body.code], [403, 'password-reset-required'])
  } finally {
    await strict.stop()
  }
})

test('a generated password opens nothing until it is replaced at the sign-in', async () => {
  const email = `${randomUUID()}@souk.example`
  const generated = 'W7cVjvUD0ZQqkY3a'
  await ensureStaff(context(), { email, name: 'Staff', password: generated, isGenerated: true })
  const first = await signIn({ email, password: generated })
  assert.deepEqual([first.status, first.body.code, first.cookies], [403, 'password-change-required', []])
  assert.equal((await signIn({ email, password: 'wrong', newPassword: staffPassword })).status, 401)
  const weak = await signIn({ email, password: generated, newPassword: 'twelve chars' })
  assert.deepEqual([weak.status, weak.body.code], [422, 'password-too-short'])
  const same = await signIn({ email, password: generated, newPassword: generated })
  assert.deepEqual([same.status, same.body.code], [422, 'password-unchanged'])

  const replaced = await signIn({ email, password: generated, newPassword: staffPassword })
  assert.equal(replaced.status, 200, JSON.stringify(replaced.body))
  assert.equal((await shop.exchange(replaced.headers['set-auth-token'] as string)).role, 'staff')
  assert.equal((await signIn({ email, password: generated })).status, 401)
  assert.equal((await signIn({ email, password: staffPassword })).status, 200)
})

test('a generated password from before must be replaced, too; one that an operator chose need not be', async () => {
  const email = `${randomUUID()}@souk.example`
  const person = { email, name: 'Staff', password: staffPassword }
  await ensureStaff(context(), person)
  assert.equal((await signIn(person)).status, 400, 'sign-in takes no name')
  assert.equal((await signIn({ email, password: staffPassword })).status, 200)
  await ensureStaff(context(), { ...person, isGenerated: true })
  assert.equal((await signIn({ email, password: staffPassword })).body.code, 'password-change-required')
})

test('an operator replaces a password that nobody knows any more', async () => {
  const email = `${randomUUID()}@souk.example`
  await ensureStaff(context(), { email, name: 'Staff', password: staffPassword })
  const signedIn = await signIn({ email, password: staffPassword })
  for (let again = 0; again < 2; again++) {
    assert.equal(await replaceStaffPassword(context(), email, 'W7cVjvUD0ZQqkY3a'), true)
    assert.equal((await signIn({ email, password: 'W7cVjvUD0ZQqkY3a' })).body.code, 'password-change-required')
  }
  assert.equal((await refusalOf(shop.exchange(signedIn.headers['set-auth-token'] as string))).code, 'not-signed-in')
  assert.equal((await signIn({ email, password: staffPassword })).status, 401)
  const { email: customer } = await shop.newCustomer()
  assert.equal(await replaceStaffPassword(context(), customer, 'W7cVjvUD0ZQqkY3a'), false)
})

test('a session of staff ends half an hour after its last use, and after eight hours in any case', async () => {
  let minutes = 0
  const later = await startUsers({}, { now: () => new Date(Date.now() + minutes * 60_000) })
  try {
    const email = 'ann@souk.example'
    await ensureStaff(contextOf(later), { email, name: 'Ann', password: staffPassword })
    const enter = async () =>
      (await later.post('sign-in/email', { email, password: staffPassword })).headers['set-auth-token'] as string
    const idle = await enter()
    for (const time of [25, 50, 75, 100]) {
      minutes = time
      await later.exchange(idle)
    }
    minutes = 131
    assert.equal((await refusalOf(later.exchange(idle))).code, 'not-signed-in')

    minutes = 0
    const busy = await enter()
    for (; minutes < 8 * 60 - 1; minutes += 20) await later.exchange(busy)
    minutes = 8 * 60 + 1
    assert.equal((await refusalOf(later.exchange(busy))).code, 'not-signed-in')
    minutes = 0
    const { token } = await later.newCustomer()
    minutes = 13 * 24 * 60
    await later.exchange(token)
  } finally {
    await later.stop()
  }
})
