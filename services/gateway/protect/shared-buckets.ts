// Token buckets that all gateways share, in Redis. They let the same requests through as those in memory (token-buckets.ts).
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { SharedState } from './shared-state.ts'

const seconds = 60

/**
 * The library would count fixed windows, so that twice the limit gets through around the end of one. This is the bucket of
 * token-buckets.ts as one number: when it will be full again, in microseconds of Redis' own clock (GCRA). Returns, as the library asks
 * for, how many tokens are taken, one more than there are for a refusal, and the milliseconds until the next token or until it is full.
 */
const takeToken = `
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local token = math.floor(ARGV[4] * 1000000 / ARGV[3])
local full = math.max(now, tonumber(redis.call('get', KEYS[1]) or 0)) + token * ARGV[1]
local wait = full - now - ARGV[4] * 1000000
if wait > 0 then return { ARGV[3] + 1, math.ceil(wait / 1000) } end
redis.call('set', KEYS[1], string.format('%.0f', full), 'px', math.ceil((full - now) / 1000))
return { math.ceil((full - now) / token), math.ceil((full - now) / 1000) }`

export interface SharedBuckets<Name extends string> {
  /** False while Redis is away. */
  readonly isConnected: boolean
  /** Takes a token of a client. Resolves with 0, also without Redis, or with the milliseconds until there is one. */
  take(name: Name, client: string): Promise<number>
}

/** `perMinute`: the tokens of each kind of bucket, which is also how many may be taken at once. */
export function makeSharedBuckets<Name extends string>(
  state: SharedState,
  perMinute: Readonly<Record<Name, number>>,
): SharedBuckets<Name> {
  const limiters = new Map(
    Object.entries<number>(perMinute).map(([name, points]) => [
      name,
      new RateLimiterRedis({
        storeClient: state.redis,
        keyPrefix: `souk:limit:${name}`,
        points,
        duration: seconds,
        customIncrTtlLuaScript: takeToken,
        inMemoryBlockOnConsumed: points + 1, // Until a refused client has a token again, Redis is not asked.
      }),
    ]),
  )

  return {
    get isConnected() {
      return state.isConnected
    },
    async take(name, client) {
      const waitMs = await state.ask(() =>
        (limiters.get(name) as RateLimiterRedis).consume(client).then(
          () => 0,
          (refused) => {
            if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext)
            throw refused
          },
        ),
      )
      return waitMs ?? 0
    },
  }
}
