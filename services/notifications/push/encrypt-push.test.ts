// Pushes are encrypted as RFC 8291 shows, and signed as RFC 8292 asks for.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { encryptPush, isBrowserKey, vapidHeader } from './encrypt-push.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')
const browser = {
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
}

test('the example of RFC 8291 comes out byte for byte', () => {
  const encrypted = encryptPush('When I grow up, I want to be a watermelon', browser, {
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
    privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
  })
  assert.equal(
    encrypted.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('two pushes of one text have nothing in common', () => {
  const [one, other] = [encryptPush('same', browser), encryptPush('same', browser)]
  assert.notDeepEqual(one.subarray(0, 16), other.subarray(0, 16), 'the salt')
  assert.notDeepEqual(one.subarray(21, 86), other.subarray(21, 86), 'the key')
})

test('keys that are no keys are known before something is encrypted for them', () => {
  assert.equal(isBrowserKey(browser), true)
  assert.equal(isBrowserKey({ ...browser, auth: 'AAAA' }), false)
  assert.equal(isBrowserKey({ ...browser, p256dh: `B${'A'.repeat(86)}` }), false, 'not on the curve')
  assert.equal(isBrowserKey({ ...browser, p256dh: 'AAAA' }), false)
})

test('a push says who sends it, for this push service and for half a day', () => {
  const key = {
    publicKey: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
    privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  }
  const now = new Date('2026-11-22T10:00:00Z')
  const header = vapidHeader(new URL('https://push.example.com/send/1?x=y'), 'mailto:shop@souk.example', key, now)
  const [, token = '', named] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  assert.equal(named, key.publicKey)
  assert.deepEqual(JSON.parse(bytes(head).toString()), { typ: 'JWT', alg: 'ES256' })
  assert.deepEqual(JSON.parse(bytes(claims).toString()), {
    aud: 'https://push.example.com',
    exp: now.getTime() / 1000 + 43_200,
    sub: 'mailto:shop@souk.example',
  })
  const point = bytes(key.publicKey)
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const publicKey = createPublicKey({ format: 'jwk', key: jwk })
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    bytes(signature),
  )
  assert.equal(isGenuine, true)
})
