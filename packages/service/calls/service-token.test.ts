// A service token proves who calls to one audience, for a short time, and nothing else does.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT, UnsecuredJWT } from 'jose'
import { keysFromList, keysFromSecrets, type ServiceKeys } from './service-keys.ts'
import { type Caller, serviceTokens as tokensWith } from './service-token.ts'

const serviceTokens = (secrets: string[], now?: () => number) => tokensWith(keysFromSecrets(secrets), now)
const secret = 'a-secret-of-more-than-32-characters'
const customer: Caller = { service: 'gateway', role: 'customer', userId: 'u1', sessionId: 's1', emailVerified: true }

test('the audience reads the caller that was signed, again and again', async () => {
  const [ours, theirs] = [serviceTokens([secret]), serviceTokens([secret])]
  const token = await ours.mint(customer, 'orders')
  assert.equal(await ours.mint(customer, 'orders'), token)
  assert.deepEqual(await theirs.verify(token, 'orders'), customer)
  assert.deepEqual(await theirs.verify(token, 'orders'), customer)
  assert.notEqual(await ours.mint({ ...customer, sessionId: 's2' }, 'orders'), token)
})

test('a token is worth nothing to another audience, even where it is known already', async () => {
  const tokens = serviceTokens([secret])
  const token = await tokens.mint(customer, 'orders')
  assert.ok(await tokens.verify(token, 'orders'))
  assert.equal(await tokens.verify(token, 'payments'), undefined)
})

test('a token expires after 30 seconds, also where it was verified before, and is renewed after 15', async () => {
  let time = Date.parse('2026-12-01T12:00:00Z')
  const now = () => time
  const [ours, theirs] = [serviceTokens([secret], now), serviceTokens([secret], now)]
  const token = await ours.mint(customer, 'orders')
  assert.ok(await theirs.verify(token, 'orders'))
  time += 14_000
  assert.equal(await ours.mint(customer, 'orders'), token)
  time += 2_000
  assert.notEqual(await ours.mint(customer, 'orders'), token)
  time += 13_000
  assert.ok(await theirs.verify(token, 'orders'))
  time += 1_000
  assert.equal(await theirs.verify(token, 'orders'), undefined)
  assert.equal(await serviceTokens([secret], now).verify(token, 'orders'), undefined)
})

test('changed, unsigned, endless and foreign tokens are refused', async () => {
  const tokens = serviceTokens([secret])
  const [head = '', , signature = ''] = (await tokens.mint(customer, 'orders')).split('.')
  const claims = { iss: 'gateway', aud: 'orders', exp: 9_999_999_999, caller: { ...customer, role: 'staff' } }
  const signed = (key: string, payload: object) =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key))
  const wrong = {
    changed: `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`,
    unsigned: new UnsecuredJWT(claims).encode(),
    'signed with the secret itself': await signed(secret, claims),
    'of another shop': await serviceTokens(['another-secret-of-more-than-32-chars']).mint(customer, 'orders'),
    text: 'no token',
    empty: '',
    missing: undefined,
    long: 'a'.repeat(5_000),
  }
  for (const [what, token] of Object.entries(wrong)) {
    assert.equal(await tokens.verify(token, 'orders'), undefined, what)
  }
})

test('a service that has only the key of one pair cannot speak for another service', async () => {
  const key = createHmac('sha256', secret).update('notifications>orders').digest()
  const mint = (iss: string, caller: Caller, exp?: number) =>
    new SignJWT({ iss, aud: 'orders', exp, caller }).setProtectedHeader({ alg: 'HS256' }).sign(key)
  const later = Math.floor(Date.now() / 1000) + 30
  const notifications: Caller = { service: 'notifications', role: 'anonymous' }
  const tokens = serviceTokens([secret])
  assert.deepEqual(await tokens.verify(await mint('notifications', notifications, later), 'orders'), notifications)
  assert.equal(await tokens.verify(await mint('gateway', customer, later), 'orders'), undefined)
  assert.equal(await tokens.verify(await mint('notifications', customer, later), 'orders'), undefined)
  assert.equal(await tokens.verify(await mint('notifications', notifications), 'orders'), undefined, 'without expiry')
})

test('while a secret is rotated, tokens of the old and of the new one are valid', async () => {
  const [before, during, afterwards] = [['old'], ['new', 'old'], ['new']].map((names) =>
    serviceTokens(names.map((name) => `${name}-${secret}`)),
  )
  const old = (await before?.mint(customer, 'orders')) as string
  assert.deepEqual(await during?.verify(old, 'orders'), customer)
  assert.equal(await afterwards?.verify(old, 'orders'), undefined)
  assert.deepEqual(await afterwards?.verify(await during?.mint(customer, 'orders'), 'orders'), customer)
})

test('only the gateway speaks for people: a token of another service with a role or a person is refused', async () => {
  const sign = (caller: object) =>
    new SignJWT({ iss: 'orders', aud: 'users', exp: Math.floor(Date.now() / 1000) + 30, caller })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(createHmac('sha256', secret).update('orders>users').digest())
  const tokens = serviceTokens([secret])
  const itself = { service: 'orders', role: 'anonymous' }
  assert.deepEqual(await tokens.verify(await sign(itself), 'users'), itself)
  for (const more of [{ role: 'staff' }, { role: 'customer', userId: 'u1' }, { userId: 'u1' }, { role: undefined }])
    assert.equal(await tokens.verify(await sign({ ...itself, ...more }), 'users'), undefined, JSON.stringify(more))
  await assert.rejects(tokens.mint({ service: 'orders', role: 'staff' }, 'users'), /cannot speak for a person/)
})

test('a process that is given the keys of its own pairs signs and verifies with these alone', async () => {
  const all = keysFromSecrets([secret, `old-${secret}`])
  const list = all.of('orders', 'inventory').map((key) => `orders>inventory=${key.toString('base64url')}`)
  const inventory = tokensWith(keysFromList(list.join()) as ServiceKeys)
  const call: Caller = { service: 'orders', role: 'anonymous' }
  for (const secrets of [[secret], [`old-${secret}`]])
    assert.deepEqual(await inventory.verify(await serviceTokens(secrets).mint(call, 'inventory'), 'inventory'), call)
  assert.equal(
    await inventory.verify(await serviceTokens([secret]).mint(customer, 'inventory'), 'inventory'),
    undefined,
  )
  await assert.rejects(inventory.mint(customer, 'orders'), /no key to call orders as gateway/)
})

test('a list of keys that is malformed, or holds a short key, is refused with a sentence', () => {
  const key = Buffer.alloc(32, 'k').toString('base64url')
  for (const list of ['', key, `orders>users=${key},`, `orders>users=short`, `orders=${key}`, `orders>users=${key};x`])
    assert.match(String(keysFromList(list)), /must list keys as orders>inventory=KEY/, list)
})

test('people without a session have tokens of their own, and a token is used again until it is half spent', async () => {
  let time = Date.parse('2026-12-01T12:00:00Z')
  const tokens = serviceTokens([secret], () => time)
  const person = (userId?: string): Caller => ({ service: 'gateway', role: 'customer', userId })
  const [first, second, nobody] = await Promise.all(
    ['u1', 'u2', undefined].map((userId) => tokens.mint(person(userId), 'orders')),
  )
  assert.equal(new Set([first, second, nobody]).size, 3)
  assert.deepEqual(await tokens.verify(second, 'orders'), { service: 'gateway', role: 'customer', userId: 'u2' })
  time += 14_999
  assert.equal(await tokens.mint(person('u1'), 'orders'), first)
  time += 1
  assert.notEqual(await tokens.mint(person('u1'), 'orders'), first)
})

test('a token that was verified is not verified anew, but dies at its end', async () => {
  let time = Date.parse('2026-12-01T12:00:00Z')
  const tokens = serviceTokens([secret], () => time)
  const token = await tokens.mint(customer, 'orders')
  const caller = await tokens.verify(token, 'orders')
  assert.ok(caller)
  assert.equal(await tokens.verify(token, 'orders'), caller, 'the very same object')
  time += 29_999
  assert.equal(await tokens.verify(token, 'orders'), caller)
  time += 1
  assert.equal(await tokens.verify(token, 'orders'), undefined)
})

test('a token that is true but too long, or that names no caller, is refused', async () => {
  const tokens = serviceTokens([secret])
  const mail = (length: number): Caller => ({ ...customer, sessionId: `s${length}`, email: 'a'.repeat(length) })
  assert.ok(await tokens.verify(await tokens.mint(mail(2_000), 'orders'), 'orders'))
  assert.equal(await tokens.verify(await tokens.mint(mail(4_000), 'orders'), 'orders'), undefined)
  const claims = { iss: 'orders', aud: 'users', exp: Math.floor(Date.now() / 1000) + 30 }
  const nobody = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(createHmac('sha256', secret).update('orders>users').digest())
  assert.equal(await tokens.verify(nobody, 'users'), undefined)
})
