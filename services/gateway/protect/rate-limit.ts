// Rate limits: how many requests a client may send. One token bucket per client, refilled all the time. Routes on which
// passwords are guessed, and the checkout, have smaller limits besides the general one; their contracts say so. Where gateways share
// their limits, both buckets must have a token: the one of this gateway, in memory, and the one of all gateways, in Redis.
//
// In memory, our own 20 lines (token-buckets.ts) and not rate-limiter-flexible, measured side by side in one run: its memory limiter
// costs 1.2–2.0 µs a request where this costs 0.2–0.3, of the 16 µs of a cached read. It keeps a timer per client without any bound
// (395 MB for a million addresses, this 3 MB), and counts fixed windows, so it lets twice the limit through around the end of one.
// Its Redis limiter is used for the shared buckets (shared-buckets.ts).
import type { Route } from '@souk/contracts'
import { makeTokenBuckets, refuse } from '@souk/service'
import type { SharedBuckets } from './shared-buckets.ts'

const credentialsPerMinute = 20
const checkoutsPerMinute = 60
/** Payment providers send many webhooks from few addresses. */
const webhookFactor = 10

type Bucket = 'general' | 'webhook' | 'credentials' | 'checkout'
interface Client {
  client: string
  network: string
  /** False when the general limit has counted it already, as the request for a page. */
  isCounted?: boolean
}
export interface RateLimit {
  /**
   * Refuses with too-many-requests when a client has sent too many requests. `client` is the user, or the network of
   * somebody who is not signed in. `wildcard`: what stands for the `*` of the route's path. Returns undefined at once unless Redis must
   * be asked, because the many reads from the cache must not wait.
   */
  take(route: Route, client: Client, wildcard?: string): undefined | Promise<void>
}

/** The tokens of each bucket a minute. `perMinute`: the general limit. */
export function bucketSizes(perMinute: number): Record<Bucket, number> {
  return {
    general: perMinute,
    webhook: perMinute * webhookFactor,
    credentials: credentialsPerMinute,
    checkout: checkoutsPerMinute,
  }
}

/** `perMinute`: the general limit; infinite switches all limits off. `shared`: the buckets of all gateways. */
export function makeRateLimit(
  perMinute: number,
  now: () => number = Date.now,
  shared?: SharedBuckets<Bucket>,
): RateLimit {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => undefined }
  const sizes = bucketSizes(perMinute)
  const general = makeTokenBuckets(sizes.general, now)
  const webhooks = makeTokenBuckets(sizes.webhook, now)
  const credentials = makeTokenBuckets(sizes.credentials, now)
  const checkouts = makeTokenBuckets(sizes.checkout, now)

  return {
    take(route, who, wildcard = '') {
      const limitClass = classOf(route, wildcard)
      if (who.isCounted === false && limitClass === undefined) return undefined
      let waitMs = (limitClass === 'webhook' ? webhooks : general).take(who.client)
      if (waitMs === 0 && limitClass === 'credentials') waitMs = credentials.take(who.network)
      if (waitMs === 0 && limitClass === 'checkout') waitMs = checkouts.take(who.client)
      if (waitMs > 0) tellToWait(route, waitMs)
      return shared?.isConnected ? takeShared(shared, route, limitClass, who) : undefined
    },
  }

  async function takeShared(from: SharedBuckets<Bucket>, route: Route, limitClass: LimitClass, who: Client) {
    const waits = [from.take(limitClass === 'webhook' ? 'webhook' : 'general', who.client)]
    if (limitClass === 'credentials') waits.push(from.take('credentials', who.network))
    if (limitClass === 'checkout') waits.push(from.take('checkout', who.client))
    const waitMs = Math.max(...(await Promise.all(waits)))
    if (waitMs === 0) return // As in memory alone: a refused request costs no token here.
    ;(limitClass === 'webhook' ? webhooks : general).giveBack(who.client)
    if (limitClass === 'credentials') credentials.giveBack(who.network)
    if (limitClass === 'checkout') checkouts.giveBack(who.client)
    tellToWait(route, waitMs)
  }
}

function tellToWait(route: Route, waitMs: number): never {
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  return refuse(route, 'too-many-requests', `That was a lot at once. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  })
}

type LimitClass = ReturnType<typeof classOf>
function classOf({ rateLimit }: Route, wildcard: string) {
  if (rateLimit?.paths && !rateLimit.paths.some((start) => wildcard.startsWith(start))) return undefined
  return rateLimit?.class
}
