// Who calls: the caller's service and, on whose behalf, a person. Between processes it travels as a signed token (JWT, HS256)
// that only the named audience accepts; a plain header is never believed. Each pair of services has a key of its own,
// derived from one secret, so that a service given only its keys could not speak for another.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ServiceName } from '@souk/contracts'

export interface Caller {
  /** The service that calls; the gateway for requests from outside. */
  service: ServiceName
  role: 'anonymous' | 'customer' | 'staff'
  userId?: string
  sessionId?: string
  email?: string
  emailVerified?: boolean
}

const lifeSeconds = 30
const remembered = 5_000

export interface ServiceTokens {
  mint(caller: Caller, audience: ServiceName): string
  /** The caller, or undefined when the token is missing, forged, expired or meant for somebody else. */
  verify(token: string | undefined, audience: ServiceName): Caller | undefined
}

/** `secrets`: the first signs, all are accepted, so that they can be rotated. */
export function serviceTokens(secrets: readonly string[], now: () => number = Date.now): ServiceTokens {
  const minted = new Map<string, { token: string; freshUntil: number }>()
  const verified = new Map<string, { caller: Caller; expiresAt: number }>()

  return {
    mint(caller, audience) {
      const who = `${audience}|${caller.service}|${caller.role}|${caller.sessionId ?? caller.userId ?? ''}|${caller.emailVerified}`
      const known = minted.get(who)
      if (known && known.freshUntil > now()) return known.token
      const expiresAt = now() + lifeSeconds * 1000
      const head = encode({ alg: 'HS256', typ: 'JWT' })
      const body = encode({ iss: caller.service, aud: audience, exp: Math.floor(expiresAt / 1000), caller })
      const token = `${head}.${body}.${sign(`${head}.${body}`, secrets[0] as string, caller.service, audience)}`
      remember(minted, who, { token, freshUntil: now() + (lifeSeconds * 1000) / 2 })
      return token
    },
    verify(token, audience) {
      if (!token) return undefined
      const known = verified.get(`${audience}.${token}`)
      if (known) return known.expiresAt > now() ? known.caller : undefined
      const [head, body, signature] = token.split('.')
      if (!head || !body || !signature || token.length > 4_000) return undefined
      const claims = decode(body)
      if (!claims || decode(head)?.alg !== 'HS256' || claims.aud !== audience || typeof claims.exp !== 'number')
        return undefined
      const caller = claims.caller as Caller | undefined
      if (!caller || claims.iss !== caller.service) return undefined
      const genuine = secrets.some((one) => same(signature, sign(`${head}.${body}`, one, caller.service, audience)))
      if (!genuine || claims.exp * 1000 <= now()) return undefined
      remember(verified, `${audience}.${token}`, { caller, expiresAt: claims.exp * 1000 })
      return caller
    },
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= remembered) map.clear()
  map.set(key, value)
}
function sign(text: string, secret: string, from: string, to: string): string {
  const key = createHmac('sha256', secret).update(`${from}>${to}`).digest()
  return createHmac('sha256', key).update(text).digest('base64url')
}
function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
function decode(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
