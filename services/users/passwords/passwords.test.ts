// Passwords: the rules for new ones, and how they are stored.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@souk/service'
import { goodPassword, startUsers } from '../fixture.ts'
import { passwordHasher } from './password-hasher.ts'
import { passwordProblem } from './password-rules.ts'

const lengths = { passwordMinLength: 10, staffPasswordMinLength: 15 }
const codeOf = (password: string, role: 'customer' | 'staff' = 'customer', email = 'nour.haddad@example.com') =>
  passwordProblem(password, { email, role, shopName: 'Souk' }, lengths)?.code

test('length counts most, and is counted in characters', () => {
  assert.equal(codeOf('camel nin'), 'password-too-short')
  assert.equal(codeOf('camel nine'), undefined)
  assert.equal(codeOf('camel nine tie', 'staff'), 'password-too-short')
  assert.equal(codeOf('camel nine ties', 'staff'), undefined)
  assert.equal(codeOf('correct-müsli '.repeat(18).slice(0, 256).replace(/.$/, 'z')), undefined)
  assert.equal(codeOf('correct-müsli '.repeat(20).slice(0, 257)), 'password-too-long')
  assert.equal(codeOf('🐪🐫🏜️🌴'), 'password-too-short')
  assert.equal(codeOf('🐪🐫🏜️🌴🫖🧿🪔🥙🧆🍋'), undefined)
})

test('passwords that attackers try first are refused', () => {
  for (const common of [
    'password123',
    'Password2026!',
    'P@ssw0rd123',
    '1234567890',
    'qwertyuiop',
    'Qwertyuiop123',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'iloveyou2026',
    'ILoveYouForever',
    'letmein12345',
    'administrator',
    'Admin123456',
    '1q2w3e4r5t',
    '1qaz2wsx3edc',
    'passwordpassword',
    'sunshine2025',
    'liverpool1892',
    'Michael1985!',
    'changeme123',
    '0987654321',
    'abcdefghij',
    'qwerty123456',
    'asdfghjkl123',
    'welcome2026!',
    'Summer2026!!',
    'correcthorsebatterystaple',
    'qazwsxedcrfv',
    '123456789a',
    'trustno1trustno1',
  ])
    assert.equal(codeOf(common), 'password-too-common', common)
  for (const good of [
    'seven green camels',
    'Tr0ub4dor&3-xk',
    'k3#vQ9!mZw',
    'purple monkey dishwasher',
    'ماء وخبز وملح',
    'lemon-kettle-42',
  ])
    assert.equal(codeOf(good), undefined, good)
})

test('a password does not consist of the e-mail address or the name of the shop', () => {
  for (const personal of [
    'nour.haddad1',
    'nour.haddad@example.com',
    'NOUR.HADDAD!!',
    'Souk123456',
    'souksouk2026',
    'example12345',
  ])
    assert.equal(codeOf(personal), 'password-too-personal', personal)
  assert.equal(codeOf('we walk through the souk at noon'), undefined)
  assert.equal(codeOf('seven green camels', 'customer', 'a@b.co'), undefined)
})

test('a password is stored as an argon2id hash with its parameters, and is never truncated', async () => {
  const hasher = passwordHasher({ memoryKib: 8_192, passes: 2 })
  const long = 'x'.repeat(255)
  const stored = await hasher.hash(`${long}a`)
  assert.match(stored, /^\$argon2id\$v=19\$m=8192,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await hasher.verify(stored, `${long}a`), 'right')
  assert.equal(await hasher.verify(stored, `${long}b`), 'wrong')
  assert.notEqual(await hasher.hash(`${long}a`), stored, 'each has its own salt')
  assert.equal(await hasher.verify(await hasher.hash('schöne Kamele'), 'scho\u0308ne Kamele'), 'right')
  await assert.rejects(hasher.verify('plain text', 'plain text'))
})

test('a limited number of requests waits for a password to be hashed', async () => {
  const hasher = passwordHasher({ memoryKib: 8_192, passes: 1 })
  const hash = () => hasher.admit(() => hasher.hash('seven green camels'))
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, hash))
  const refused = outcomes.filter((it) => it.status === 'rejected').map((it) => it.reason as Refusal)
  assert.equal(refused.length, 8)
  assert.ok(refused.every((it) => it instanceof Refusal && it.status === 429))
  await hash()
})

test('a password whose hash costs less than today is hashed again at the next sign-in', async () => {
  const shop = await startUsers({ USERS_PASSWORD_PASSES: '3' })
  try {
    const { sql } = shop.database('users')
    const { email, identity } = await shop.newCustomer()
    const stored = async () => {
      const [row] = await sql<{ password: string }>`select password from credential where user_id = ${identity.userId}`
      return row?.password as string
    }
    const old = await passwordHasher({ memoryKib: 8_192, passes: 1 }).hash(goodPassword)
    await sql`update credential set password = ${old} where user_id = ${identity.userId}`
    assert.equal((await shop.post('sign-in/email', { email, password: 'not the password' })).status, 401)
    assert.equal(await stored(), old)
    assert.equal((await shop.post('sign-in/email', { email, password: goodPassword })).status, 200)
    const replaced = await stored()
    assert.ok(replaced.startsWith('$argon2id$v=19$m=8192,t=3,p=1$'), replaced)
    assert.equal((await shop.post('sign-in/email', { email, password: goodPassword })).status, 200)
    assert.equal(await stored(), replaced)
  } finally {
    await shop.stop()
  }
})

test('a weak password is refused with a code that says why', async () => {
  const shop = await startUsers()
  try {
    const signUp = (password: string) =>
      shop.post('sign-up/email', { name: 'Nour', email: 'nour@example.com', password })
    for (const [password, code] of [
      ['short', 'password-too-short'],
      ['x'.repeat(257), 'password-too-long'],
      ['password123', 'password-too-common'],
      ['souk-souk-1', 'password-too-personal'],
    ] as const) {
      const answer = await signUp(password)
      assert.deepEqual([answer.status, answer.body.code], [422, code])
    }
    assert.equal((await signUp(goodPassword)).status, 200)
  } finally {
    await shop.stop()
  }
})
