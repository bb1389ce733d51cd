// The security log of accounts: one line an event, without addresses, passwords and tokens.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import { accountHash, deriveSecret } from '@souk/service'
import { anonymous, refusalOf } from '@souk/service/fixture'
import type { UsersContext } from './context.ts'
import { goodPassword, startUsers, type UsersShop } from './fixture.ts'
import { ensureStaff } from './staff.ts'

let shop: UsersShop
type Line = Record<string, unknown> & { level: string; event?: string }
const lines: Line[] = []
before(async () => {
  const keep = (level: string) => (fields: object, sentence?: string) =>
    void lines.push({ level, sentence, ...(fields as Record<string, unknown>) })
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') }
  shop = await startUsers({ USERS_WRONG_PASSWORDS_PER_MINUTE: '3' }, { log })
})
after(() => shop.stop())

const newPassword = 'eight brown camels'
const events = () => lines.filter(({ event }) => event)
/** What was logged while `work` ran: event, outcome and reason. */
async function during(work: () => Promise<unknown>): Promise<Line[]> {
  const before = lines.length
  await work()
  return lines.slice(before).filter(({ event }) => event)
}
const brief = (some: Line[]) => some.map(({ event, outcome, reason }) => [event, outcome, reason])
const hash = (email: string) =>
  accountHash(email, deriveSecret('accounts in the security log', 'only-for-development-only-for-development'))

test('a failed sign-in is logged with the client, the account as a keyed hash, and the trace', async () => {
  const { email } = await shop.newCustomer()
  const [line, ...more] = await during(() =>
    shop.post('sign-in/email', { email: email.toUpperCase(), password: 'a wrong guess' }, { ip: '203.0.113.9' }),
  )
  assert.deepEqual(more, [])
  const { spanId, ...rest } = line as Record<string, unknown>
  assert.match(String(spanId), /^[0-9a-f]{16}$/)
  assert.deepEqual(rest, {
    level: 'warn',
    sentence: 'security',
    event: 'sign-in-failed',
    service: 'users',
    outcome: 'refused',
    reason: 'invalid-email-or-password',
    account: hash(email),
    ip: '203.0.113.9',
    traceId: 'ab'.repeat(16),
  })
  const unknown = await during(() => shop.post('sign-in/email', { email: 'nobody@example.com', password: newPassword }))
  assert.deepEqual(brief(unknown), [['sign-in-failed', 'refused', 'invalid-email-or-password']])
  for (let i = 0; i < 2; i++) await shop.post('sign-in/email', { email: 'nobody@example.com', password: newPassword })
  const throttled = await during(() =>
    shop.post('sign-in/email', { email: 'nobody@example.com', password: newPassword }),
  )
  assert.deepEqual(brief(throttled), [['sign-in-throttled', 'refused', undefined]])
  assert.equal(throttled[0]?.account, hash('nobody@example.com'))
})

test('a sign-in that a page of another site tries is one event, whether the password is right or not', async () => {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'http://localhost' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ]
  for (const password of [goodPassword, 'a wrong guess'])
    for (const headers of foreign) {
      const { email } = await shop.newCustomer()
      const told = await during(() => shop.post('sign-in/email', { email, password }, { headers }))
      assert.deepEqual(brief(told), [['origin-refused', 'refused', undefined]], JSON.stringify(headers))
    }
})

test('staff who sign in, and passwords that break the rule for staff, are logged', async () => {
  const context = shop.running.services.get('users')?.context as UsersContext
  const email = 'boss@souk.example'
  const password = 'a very long password of staff'
  await ensureStaff(context, { email, name: 'Boss', password })
  let token = ''
  const entered = await during(async () => {
    token = (await shop.post('sign-in/email', { email, password })).headers['set-auth-token'] as string
  })
  assert.deepEqual(brief(entered), [['staff-signed-in', 'allowed', undefined]])
  assert.equal(entered[0]?.account, hash(email))
  const weak = await during(() =>
    shop.post(
      'change-password',
      { currentPassword: password, newPassword: 'twelve chars' },
      { headers: { 'x-session-token': token } },
    ),
  )
  assert.deepEqual(brief(weak), [['password-refused', 'refused', 'password-too-short (staff)']])
})

test('changes of passwords and addresses are logged, and so are links that no longer work', async () => {
  const { email, token, caller } = await shop.newCustomer()
  const headers = { 'x-session-token': token }
  const change = (currentPassword: string) =>
    shop.post('change-password', { currentPassword, newPassword }, { headers })
  assert.deepEqual(brief(await during(() => change('a wrong guess'))), [['password-wrong', 'refused', undefined]])
  assert.deepEqual(brief(await during(() => change(goodPassword))), [['password-changed', 'allowed', undefined]])

  const asked = await during(() => shop.post('request-password-reset', { email }))
  assert.deepEqual(brief(asked), [['password-reset-requested', 'allowed', undefined]])
  await shop.settle()
  const { url } = shop.messages<{ email: string; url: string }>('users.password-reset-requested').at(-1) ?? { url: '' }
  const reset = () =>
    shop.post('reset-password', { token: new URL(url).searchParams.get('token'), newPassword: goodPassword })
  assert.deepEqual(brief(await during(reset)), [['password-reset', 'allowed', undefined]])
  assert.deepEqual(brief(await during(reset)), [['link-refused', 'refused', 'reset-password']])
  const verify = () => shop.post('verify-email', { token: 'x' })
  assert.deepEqual(brief(await during(verify)), [['link-refused', 'refused', 'verify-email']])

  const me = shop.as(usersApi, caller)
  const wish = { email: `new-${email}`, password: goodPassword }
  assert.deepEqual(brief(await during(() => me.changeEmail({ body: wish }))), [
    ['email-change-requested', 'allowed', undefined],
  ])
  const wrong = () => refusalOf(me.deleteMe({ body: { password: 'a wrong guess' } }))
  assert.deepEqual(brief(await during(wrong)), [['password-wrong', 'refused', undefined]])
  const gone = () => me.deleteMe({ body: { password: goodPassword } })
  assert.deepEqual(brief(await during(gone)), [['account-deleted', 'allowed', undefined]])
})

test('a sign-up with a taken address, and a page of another site, are logged', async () => {
  const { email, token } = await shop.newCustomer()
  const again = () => shop.post('sign-up/email', { name: 'Eve', email, password: newPassword })
  assert.deepEqual(brief(await during(again)), [['sign-up-repeated', 'refused', undefined]])
  const headers = {
    cookie: `souk.session_token=${encodeURIComponent(decodeURIComponent(token))}`,
    origin: 'https://evil.example',
  }
  const foreign = await during(() => shop.post('sign-out', {}, { headers }))
  assert.deepEqual(brief(foreign), [['origin-refused', 'refused', undefined]])
})

test('mistakes of clients are never logged as errors, and no line holds an address or a password', async () => {
  const { email } = await shop.newCustomer()
  for (const [path, body] of [
    ['sign-in/email', { email, password: 'x'.repeat(900) }],
    ['sign-in/email', { email, password: 'a wrong guess', callbackURL: 'https://evil.example' }],
    ['sign-up/email', { name: 'x', email: 'a@b', password: newPassword }],
    ['sign-up/email', { name: 'x', email, password: newPassword, callbackURL: '//evil.example' }],
    ['change-password', { currentPassword: 'x', newPassword }],
    ['reset-password', { token: '%00', newPassword }],
    ['sign-out', '{'],
    ['nothing', {}],
  ] as const)
    await shop.post(path, body)
  await shop.get('get-session', { headers: { 'x-session-token': '%' } })
  const me = shop.as(usersApi, anonymous)
  await refusalOf(me.readMe({}))
  assert.deepEqual(
    lines.filter(({ level }) => level === 'error'),
    [],
  )
  assert.ok(events().length > 10)
  assert.doesNotMatch(JSON.stringify(events()), /@|camels|guess|very long/)
})
