// Encrypts and signs a push: RFC 8291 (one record of aes128gcm, RFC 8188) and RFC 8292 (VAPID). Ours, with node:crypto alone, and not the
// package web-push: docs/decisions/013-web-push.md.
import { createCipheriv, createECDH, createPrivateKey, hkdfSync, randomBytes, sign } from 'node:crypto'
import type { PushKey } from './push-keys.ts'

export interface BrowserKeys {
  /** The browser's public key, 65 bytes in base64url. */
  p256dh: string
  /** Its authentication secret, 16 bytes in base64url. */
  auth: string
}

const recordSize = 4096
/** A push service must take 4096 bytes; the header and the tag of the record take 103. */
export const mostPushBytes = 3_900

/** Whether these are keys that something can be encrypted for: a point of the curve, and 16 bytes. */
export function isBrowserKey({ p256dh, auth }: BrowserKeys): boolean {
  if (Buffer.from(auth, 'base64url').length !== 16) return false
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  try {
    ecdh.computeSecret(p256dh, 'base64url')
    return true
  } catch {
    return false // Not a point of the curve.
  }
}

/** The body of a push for a browser. `salt` and `privateKey` are random, except in tests with known values. */
export function encryptPush(
  text: string,
  { p256dh, auth }: BrowserKeys,
  { salt, privateKey }: { salt: Buffer; privateKey?: Buffer } = { salt: randomBytes(16) },
): Buffer {
  const ecdh = createECDH('prime256v1')
  if (privateKey) ecdh.setPrivateKey(privateKey)
  else ecdh.generateKeys()
  const ours = ecdh.getPublicKey()
  const theirs = Buffer.from(p256dh, 'base64url')
  const secret = ecdh.computeSecret(theirs)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours])
  const keyMaterial = hkdf(secret, Buffer.from(auth, 'base64url'), info, 32)
  const contentKey = hkdf(keyMaterial, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(keyMaterial, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce)
  // The 2 says that this is the last record.
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.update(Buffer.of(2)), cipher.final()])
  const header = Buffer.alloc(21)
  salt.copy(header)
  header.writeUInt32BE(recordSize, 16)
  header.writeUInt8(ours.length, 20)
  return Buffer.concat([header, ours, encrypted, cipher.getAuthTag()])
}

function hkdf(key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length))
}

/** The Authorization header of a push: a token (JWT, ES256) for this push service that says who sends it. It lives twelve hours. */
export function vapidHeader(endpoint: URL, contact: string, { publicKey, privateKey }: PushKey, now: Date): string {
  const point = Buffer.from(publicKey, 'base64url')
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: privateKey,
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const claims = { aud: endpoint.origin, exp: Math.floor(now.getTime() / 1000) + 12 * 3_600, sub: contact }
  const token = `${encoded({ typ: 'JWT', alg: 'ES256' })}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(token), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return `vapid t=${token}.${signature}, k=${publicKey}`
}
function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
