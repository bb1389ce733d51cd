// Rate limits: how many requests a client may send. One token bucket per client, refilled all the time. Routes on which
// passwords are guessed, and the checkout, have smaller limits besides the general one; their contracts say so.
//
// Our own 20 lines (token-buckets.ts) and not rate-limiter-flexible, measured side by side in one run: its memory limiter costs
// 1.2–2.0 µs a request where this costs 0.2–0.3, of the 16 µs of a cached read. It keeps a timer per client without any bound (395
// MB for a million addresses, this 3 MB), and counts fixed windows, so it lets twice the limit through around the end of one.
// Limits that several gateways share need a common store: then its Redis limiter belongs behind `RateLimit`.
import type { Route } from '@souk/contracts'
import { makeTokenBuckets, refuse } from '@souk/service'

const credentialsPerMinute = 20
const checkoutsPerMinute = 60
/** Payment providers send many webhooks from few addresses. */
const webhookFactor = 10

export interface RateLimit {
  /**
   * Refuses with too-many-requests when a client has sent too many requests. `client` is the user, or the network of
   * somebody who is not signed in. `wildcard`: what stands for the `*` of the route's path.
   */
  take(route: Route, client: { client: string; network: string }, wildcard?: string): void
}

/** `perMinute`: the general limit; infinite switches all limits off. */
export function makeRateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => undefined }
  const general = makeTokenBuckets(perMinute, now)
  const webhooks = makeTokenBuckets(perMinute * webhookFactor, now)
  const credentials = makeTokenBuckets(credentialsPerMinute, now)
  const checkouts = makeTokenBuckets(checkoutsPerMinute, now)

  return {
    take(route, { client, network }, wildcard = '') {
      const limitClass = classOf(route, wildcard)
      let waitMs = (limitClass === 'webhook' ? webhooks : general).take(client)
      if (waitMs === 0 && limitClass === 'credentials') waitMs = credentials.take(network)
      if (waitMs === 0 && limitClass === 'checkout') waitMs = checkouts.take(client)
      if (waitMs === 0) return
      const retryAfterSeconds = Math.ceil(waitMs / 1000)
      refuse(route, 'too-many-requests', `That was a lot at once. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      })
    },
  }
}

function classOf({ rateLimit }: Route, wildcard: string) {
  if (rateLimit?.paths && !rateLimit.paths.some((start) => wildcard.startsWith(start))) return undefined
  return rateLimit?.class
}
