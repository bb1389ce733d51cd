// How often one client may ask. A bucket of tokens for each client, refilled all the time; whoever finds it empty waits.
// Signing in and checking out have smaller buckets of their own: they are what attackers repeat.
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'
import { isSignIn } from '../request/forwarded-headers.ts'

const signInsPerMinute = 20
const checkoutsPerMinute = 60
/** Payment providers tell many things from few addresses. */
const webhookFactor = 10
const mostClients = 50_000
const refillMs = 60_000

export interface Limits {
  /** Refuses with too-many-requests when this client has asked too often. `rest`: what a `*` in the path stands for. */
  take(route: Route, client: { who: string; ip: string }, rest: string): void
}

export function makeLimits(perMinute: number, now: () => number = Date.now): Limits {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => undefined }
  const general = makeBuckets(perMinute, now)
  const webhooks = makeBuckets(perMinute * webhookFactor, now)
  const signIns = makeBuckets(signInsPerMinute, now)
  const checkouts = makeBuckets(checkoutsPerMinute, now)

  return {
    take(route, { who, ip }, rest) {
      const buckets = route.service === 'payments' && route.name === 'webhook' ? webhooks : general
      let waitMs = buckets.take(who)
      if (waitMs === 0 && isGuessing(route, rest)) waitMs = signIns.take(ip)
      if (waitMs === 0 && route.service === 'orders' && route.name === 'checkout') waitMs = checkouts.take(who)
      if (waitMs === 0) return
      const retryAfterSeconds = Math.ceil(waitMs / 1000)
      refuse(route, 'too-many-requests', `That was a lot at once. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      })
    },
  }
}

/** Routes on which passwords, codes and addresses are guessed. */
function isGuessing(route: Route, rest: string): boolean {
  if (route.method !== 'POST' || !isSignIn(route)) return false
  return /^(sign-in|sign-up|forget-password|request-password-reset|reset-password|send-|two-factor|verify)/.test(rest)
}

interface Bucket {
  tokens: number
  at: number
}
export interface Buckets {
  /** Takes a token: 0, or the milliseconds until there is one. */
  take(who: string): number
}

export function makeBuckets(perMinute: number, now: () => number): Buckets {
  // Two halves: whoever has not come for a minute has a full bucket again, so the older half can be forgotten whole.
  let recent = new Map<string, Bucket>()
  let older = new Map<string, Bucket>()
  let turnedAt = now()

  return {
    take(who) {
      const time = now()
      if (time - turnedAt >= refillMs || recent.size >= mostClients) {
        older = recent
        recent = new Map()
        turnedAt = time
      }
      let bucket = recent.get(who)
      if (!bucket) {
        bucket = older.get(who) ?? { tokens: perMinute, at: time }
        recent.set(who, bucket)
      }
      bucket.tokens = Math.min(perMinute, bucket.tokens + ((time - bucket.at) * perMinute) / refillMs)
      bucket.at = time
      if (bucket.tokens < 1) return Math.max(1, ((1 - bucket.tokens) * refillMs) / perMinute)
      bucket.tokens -= 1
      return 0
    },
  }
}
