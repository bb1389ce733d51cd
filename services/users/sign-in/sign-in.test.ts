// Sign-up, sign-in and sign-out, through the routes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { usersApi } from '@souk/contracts/users'
import { type Caller, keysFromSecrets, serviceTokens } from '@souk/service'
import { anonymous, customer, refusalOf } from '@souk/service/fixture'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())
const as = (caller: Caller) => shop.as(usersApi, caller)

test('a customer signs up and in; the cookie and the bearer token both open the session', async () => {
  const signedUp = await shop.post('sign-up/email', { name: 'Nour', email: 'Nour@Example.com', password: goodPassword })
  assert.equal(signedUp.status, 200, JSON.stringify(signedUp.body))
  const signedIn = await shop.post('sign-in/email', { email: 'nour@example.com', password: goodPassword })
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body))
  const cookie = signedIn.cookies.find((one) => one.startsWith('souk.session_token='))
  assert.match(cookie ?? '', /; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.equal(signedIn.headers['cache-control'], 'no-store')
  const inCookie = cookie?.split(';')[0]?.slice('souk.session_token='.length) as string

  const bearer = signedIn.headers['set-auth-token'] as string
  const bare = decodeURIComponent(bearer).split('.')[0] as string
  for (const token of [inCookie, decodeURIComponent(inCookie), bearer, bare]) {
    const identity = await shop.exchange(token)
    assert.deepEqual([identity.email, identity.role, identity.emailVerified], ['nour@example.com', 'customer', false])
  }
  const identity = await shop.exchange(inCookie)
  assert.equal((await as({ service: 'gateway', ...identity }).readMe({})).name, 'Nour')
  for (const headers of [
    { cookie: `theme=dark; souk.session_token=${inCookie}` },
    { 'x-session-token': bearer },
  ] as Record<string, string>[])
    assert.equal((await shop.get('get-session', { headers })).body.user?.email, 'nour@example.com')

  await shop.settle()
  assert.deepEqual(
    shop.messages<{ email: string }>('users.user-registered').filter((it) => it.email === 'nour@example.com'),
    [{ userId: identity.userId, email: 'nour@example.com', name: 'Nour' }],
  )
  const envelope = JSON.parse(shop.transport.log.find((it) => it.type === 'users.user-registered')?.json ?? '{}')
  assert.deepEqual([envelope.specversion, envelope.source, envelope.subject], ['1.0', '/souk/users', identity.userId])
  assert.match(envelope.traceparent, new RegExp(`^00-${'ab'.repeat(16)}-[0-9a-f]{16}-01$`))
  assert.match(envelope.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('the end of a session is announced at once, not when the relay next looks', async () => {
  const { caller } = await shop.newCustomer()
  await shop.settle()
  const before = shop.messages('users.session-revoked').length
  await as(caller).endAllSessions({})
  // The relay looks by itself every three seconds. It has just done so, because the account was published.
  const deadline = Date.now() + 1_000
  while (shop.messages('users.session-revoked').length === before && Date.now() < deadline) await pause(10)
  assert.equal(shop.messages('users.session-revoked').length, before + 1)
})

test('a double click on sign-up makes one account', async () => {
  const person = { name: 'Nour', email: 'twice@example.com', password: goodPassword }
  const answers = await Promise.all(Array.from({ length: 6 }, () => shop.post('sign-up/email', person)))
  assert.deepEqual([...new Set(answers.map((it) => it.status))], [200])
  assert.equal((await shop.post('sign-in/email', person)).status, 400, 'sign-in does not take a name')
  await shop.settle()
  const registered = shop.messages<{ email: string }>('users.user-registered')
  assert.equal(registered.filter((it) => it.email === person.email).length, 1)
})

test('with HTTPS the cookie is bound to this host and to TLS', async () => {
  const secure = await startUsers({ SOUK_PUBLIC_URL: 'https://shop.example' })
  try {
    await secure.post('sign-up/email', { name: 'Nour', email: 'nour@example.com', password: goodPassword })
    const { cookies } = await secure.post('sign-in/email', { email: 'nour@example.com', password: goodPassword })
    assert.match(
      cookies[0] ?? '',
      /^__Host-souk\.session_token=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  } finally {
    await secure.stop()
  }
})

test('a wrong password, a wrong signature and an unknown token are refused', async () => {
  const { email, token } = await shop.newCustomer()
  const wrong = await shop.post('sign-in/email', { email, password: 'not the password' })
  assert.deepEqual([wrong.status, wrong.body.code, wrong.cookies], [401, 'invalid-email-or-password', []])
  const bare = decodeURIComponent(token).split('.')[0] as string
  for (const forged of [`${bare}.AAAA`, `${bare.slice(1)}x`, 'x', '%', `${bare}.${'A'.repeat(43)}=`, `${bare}.`])
    assert.equal((await refusalOf(shop.exchange(forged))).code, 'not-signed-in', forged)
})

test('only services exchange sessions', async () => {
  const { token } = await shop.newCustomer()
  const call = as({ service: 'orders', role: 'staff' }).exchangeSession({ body: { token } })
  assert.equal((await refusalOf(call)).code, 'not-allowed')
})

test('a token hash stolen from the database opens no session', async () => {
  const { email, token } = await shop.newCustomer()
  const [row] = await shop.database('users').sql<{ all: string; tokenHash: string }>`
    select to_json(s)::text as all, s.token_hash from session s join shop_user u on u.id = s.user_id where u.email = ${email}`
  assert.equal(row?.all.includes(decodeURIComponent(token).split('.')[0] as string), false)
  assert.equal((await refusalOf(shop.exchange(row?.tokenHash as string))).code, 'not-signed-in')
})

test('an expired session is refused', async () => {
  let now = new Date('2026-11-22T10:00:00Z')
  const later = await startUsers({ USERS_SESSION_DAYS: '1' }, { now: () => now })
  try {
    const { token } = await later.newCustomer()
    await later.exchange(token)
    now = new Date(Date.now() + 25 * 3_600_000) // better-auth reads the system clock.
    assert.equal((await refusalOf(later.exchange(token))).code, 'not-signed-in')
  } finally {
    await later.stop()
  }
})

test('sign-out ends this session at once, and the gateways are told', async () => {
  const { email, token, identity } = await shop.newCustomer()
  const other = await shop.post('sign-in/email', { email, password: goodPassword })
  const out = await shop.post('sign-out', undefined, { headers: { 'x-session-token': token } })
  assert.equal(out.status, 200)
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  await shop.exchange(other.headers['set-auth-token'] as string)
  await shop.settle()
  const revoked = shop.messages<{ userId: string; sessionId: string }>('users.session-revoked')
  assert.deepEqual(
    revoked.filter((it) => it.userId === identity.userId),
    [{ userId: identity.userId, sessionId: identity.sessionId }],
  )
})

test('a customer lists sessions, ends one or all of them, and does not find those of others', async () => {
  const nour = await shop.newCustomer()
  const mallory = await shop.newCustomer()
  const headers = { 'user-agent': 'a phone' }
  const phone = await shop.post(
    'sign-in/email',
    { email: nour.email, password: goodPassword },
    { headers, ip: '10.9.9.9' },
  )
  const phoneToken = phone.headers['set-auth-token'] as string

  const { items } = await as(nour.caller).listSessions({})
  assert.deepEqual(
    items.map(({ current, ipAddress, userAgent }) => ({ current, ipAddress, userAgent })),
    [
      { current: false, ipAddress: '10.9.9.9', userAgent: 'a phone' },
      { current: true, ipAddress: '10.0.0.1', userAgent: undefined },
    ],
  )
  const phoneId = items[0]?.id as string
  assert.equal((await refusalOf(as(mallory.caller).endSession({ params: { id: phoneId } }))).code, 'not-found')
  await as(nour.caller).endSession({ params: { id: phoneId } })
  assert.equal((await refusalOf(shop.exchange(phoneToken))).code, 'not-signed-in')

  await as(nour.caller).endAllSessions({})
  assert.equal((await refusalOf(shop.exchange(nour.token))).code, 'not-signed-in')
  await shop.exchange(mallory.token)
  await shop.settle()
  const revoked = shop.messages<{ userId: string }>('users.session-revoked')
  assert.equal(revoked.filter((it) => it.userId === nour.identity.userId).length, 2)
})

test('a sign-up cannot set the role or another field that the shop sets', async () => {
  const person = { name: 'Eve', email: 'eve@example.com', password: goodPassword }
  for (const more of [
    { role: 'staff' },
    { isAdmin: true },
    { emailVerified: true },
    { id: '00000000-0000-7000-8000-000000000001' },
    { createdAt: '2020-01-01T00:00:00Z' },
    { image: 'https://example.com/x.png' },
  ])
    assert.equal((await shop.post('sign-up/email', { ...person, ...more })).status, 400, JSON.stringify(more))
  const text = JSON.stringify(person)
  assert.equal((await shop.post('sign-up/email', text.replace('{', '{"__proto__":{"role":"staff"},'))).status, 400)
  const { token } = await shop.newCustomer('eve@example.com')
  const headers = { 'x-session-token': token }
  for (const path of [
    'update-user',
    'admin/set-role',
    'list-sessions',
    'delete-user',
    'sign-in/social',
    'sign-up/email/',
  ])
    assert.equal((await shop.post(path, { role: 'staff' }, { headers })).status, 404, path)
  assert.equal((await shop.exchange(token)).role, 'customer')
})

test('an invalid body is refused and never fails', async () => {
  const fine = { name: 'Nour', email: 'n@example.com', password: goodPassword }
  const bodies: unknown[] = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    { ...fine, email: { $ne: '' } },
    { ...fine, password: { $gt: '' } },
    { ...fine, password: ['seven green camels'] },
    { ...fine, email: 'nobody' },
    { ...fine, email: `${'a'.repeat(300)}@example.com` },
    { ...fine, name: '' },
    { ...fine, name: 'x'.repeat(10_000) },
    { ...fine, name: 'a\u0000b' },
    { ...fine, password: 'x'.repeat(60_000) },
    { ...fine, callbackURL: 'https://evil.example/' },
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    Buffer.from([0xff, 0xfe, 0x7b]),
  ]
  for (const path of [
    'sign-up/email',
    'sign-in/email',
    'request-password-reset',
    'reset-password',
    'change-password',
  ]) {
    for (const body of bodies) {
      const { status } = await shop.post(path, body)
      assert.ok(status >= 400 && status < 500, `${path} ${String(JSON.stringify(body)).slice(0, 80)}: ${status}`)
    }
  }
  for (const path of [
    'verify-email',
    'verify-email?token=x',
    'verify-email?token=a&token=b',
    'reset-password/%00',
    'x',
    '',
  ])
    assert.ok((await shop.get(path)).status < 500, path)
})

test('a page of another site cannot use our cookie', async () => {
  const { token } = await shop.newCustomer()
  const cookie = `souk.session_token=${encodeURIComponent(decodeURIComponent(token))}`
  for (const headers of [{ cookie, origin: 'https://evil.example' }, { cookie }, { cookie, origin: 'null' }] as Record<
    string,
    string
  >[])
    assert.equal((await shop.post('sign-out', {}, { headers })).status, 403, JSON.stringify(headers))
  const person = { email: 'nour@example.com', password: goodPassword }
  const asForm = { headers: { 'content-type': 'text/plain' } }
  assert.equal((await shop.post('sign-in/email', JSON.stringify(person), asForm)).status, 415)
  const crossSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }
  assert.equal((await shop.post('sign-in/email', person, { headers: crossSite })).status, 403)
  await shop.exchange(token)
  const ours = { cookie, origin: 'http://localhost:4000' }
  assert.equal((await shop.post('sign-out', {}, { headers: ours })).status, 200)
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
})

test('no account is made without its event', async () => {
  const broken = await startUsers()
  try {
    const { sql } = broken.database('users')
    await broken.newCustomer()
    await sql`alter table outbox rename to outbox_away`
    const person = { name: 'Nour', email: 'nour@example.com', password: goodPassword }
    assert.equal((await broken.post('sign-up/email', person)).status, 500)
    assert.deepEqual(await sql`select id from shop_user where email = 'nour@example.com'`, [])
    await sql`alter table outbox_away rename to outbox`
    assert.equal((await broken.post('sign-up/email', person)).status, 200)
  } finally {
    await broken.stop()
  }
})

test('sign-in works the same in a process of its own, over HTTP', async () => {
  const alone = await startUsers({}, { listen: { host: '127.0.0.1', port: 0 } })
  try {
    const { email } = await alone.newCustomer()
    const url = alone.running.services.get('users')?.url
    const ask = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${url}/v1/auth/${'password' in body ? 'sign-in/email' : 'sign-out'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    assert.equal((await ask({ email, password: goodPassword })).status, 401, 'only services call it')
    const tokens = serviceTokens(keysFromSecrets(['only-for-development-only-for-development']))
    const authorization = `Bearer ${await tokens.mint(anonymous, 'users')}`
    const signedIn = await ask({ email, password: goodPassword, rememberMe: false }, { authorization })
    assert.equal(signedIn.status, 200, await signedIn.clone().text())
    assert.equal(signedIn.headers.getSetCookie().length, 2)
    const token = signedIn.headers.get('set-auth-token') as string
    await alone.exchange(token)
    assert.equal((await ask({}, { authorization, 'x-session-token': token })).status, 200)
    assert.equal((await refusalOf(alone.exchange(token))).code, 'not-signed-in')
  } finally {
    await alone.stop()
  }
})

test('a caller without an account is told to sign in', async () => {
  assert.equal((await refusalOf(as(customer()).readMe({}))).code, 'not-signed-in')
})
