// Token buckets: how often a client may do something. A bucket is refilled all the time, up to its limit.
import { LRUCache } from 'lru-cache'

const mostClients = 50_000
const minuteMs = 60_000

export interface TokenBuckets {
  /** Takes a token from a client's bucket. Returns 0, or the milliseconds until there is one. */
  take(client: string): number
  /** Puts a token back: what it was taken for was not done. */
  giveBack(client: string): void
}
interface Bucket {
  tokens: number
  filledAt: number
}

/** A bucket for each of the clients that came last. `perMinute`: also how many at once; infinite: no limit. `now`: milliseconds. */
export function makeTokenBuckets(perMinute: number, now: () => number = Date.now): TokenBuckets {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => 0, giveBack: () => undefined }
  const buckets = new LRUCache<string, Bucket>({ max: mostClients })

  return {
    take(client) {
      const time = now()
      let bucket = buckets.get(client)
      if (!bucket) {
        bucket = { tokens: perMinute, filledAt: time }
        buckets.set(client, bucket)
      }
      bucket.tokens = Math.min(perMinute, bucket.tokens + ((time - bucket.filledAt) * perMinute) / minuteMs)
      bucket.filledAt = time
      if (bucket.tokens < 1) return Math.max(1, ((1 - bucket.tokens) * minuteMs) / perMinute)
      bucket.tokens -= 1
      return 0
    },
    giveBack(client) {
      const bucket = buckets.get(client)
      if (bucket) bucket.tokens = Math.min(perMinute, bucket.tokens + 1)
    },
  }
}
