// What the gateway is made of: its settings, the services it calls, and the state that it keeps in memory.
import { inventoryApi } from '@souk/contracts/inventory'
import { notificationsApi } from '@souk/contracts/notifications'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { usersApi } from '@souk/contracts/users'
import { type ContextFor, choice, filePath, hostList, integer, originList, type ServiceCalls } from '@souk/service'
import type { ResponseCache } from './cache/response-cache.ts'
import type { LiveStreams } from './live/open-streams.ts'
import type { DeclineLimit } from './protect/decline-limit.ts'
import type { KnownHosts } from './protect/known-hosts.ts'
import type { LoadShedding } from './protect/load-shedding.ts'
import type { RateLimit } from './protect/rate-limit.ts'
import type { RetryingCalls } from './request/retrying-calls.ts'
import type { Sessions } from './request/session-cache.ts'
import type { ServiceHealth } from './site/service-health.ts'

/** A number of requests, or `off` for load tests. */
const rateLimit = {
  about: 'requests per minute and client, or off',
  fallback: 600 as number | undefined,
  read: (value: string) => {
    if (value === 'off') return Number.POSITIVE_INFINITY
    const limit = Number(value)
    return Number.isInteger(limit) && limit >= 1 ? limit : new Error('must be off or a whole number from 1')
  },
}
const redisUrl = {
  about: 'the Redis with which gateways share their limits',
  variable: 'REDIS_URL',
  fallback: undefined as string | undefined,
  optional: true,
  read: (value: string) =>
    /^rediss?:\/\/[^/?#\s]+(\/\d*)?$/.test(value) && URL.canParse(value)
      ? value
      : new Error('must be an address like redis://:password@host:6379/0, or rediss:// for TLS'),
}
const origins = originList('origins of other sites whose pages may call the API with cookies')

export const settings = {
  rateLimit,
  redisUrl,
  redisTlsCa: filePath('the certificates that sign that of Redis (rediss://)', 'REDIS_TLS_CA'),
  redisTlsCert: filePath('our certificate for Redis, where it asks for one', 'REDIS_TLS_CERT'),
  redisTlsKey: filePath('the key of REDIS_TLS_CERT', 'REDIS_TLS_KEY'),
  trustedProxies: integer('how many proxies before us write X-Forwarded-For', 0, { min: 0, max: 10 }),
  corsOrigins: origins,
  hosts: hostList('hosts, besides localhost and that of SOUK_PUBLIC_URL, that are answered while the mailbox is open'),
  headerSeconds: integer('seconds until the headers of a request must have arrived', 10, { min: 1, max: 120 }),
  requestSeconds: integer('seconds until a whole request must have arrived', 30, { min: 1, max: 3_600 }),
  connections: integer('connections that may be open', 10_000, { min: 10, max: 1_000_000 }),
  connectionsPerAddress: integer('connections that one address may have open', 1_000, { min: 1, max: 1_000_000 }),
  checkout: choice('whether customers may buy; off: reading works, and buying answers 503', ['on', 'off'], 'on'),
  maxConcurrent: integer('requests in hand before we turn some away', 500, { min: 10, max: 100_000 }),
  cacheMegabytes: integer('memory for answers that many ask for', 24, { min: 1, max: 4_096 }),
  maxStreams: integer('live order updates that may be open', 1_000, { min: 1, max: 100_000 }),
  stopSeconds: integer('how long requests in hand may take when we stop, in seconds', 15, { min: 0, max: 60 }),
}
export const calls = {
  users: usersApi,
  products: productsApi,
  inventory: inventoryApi,
  orders: ordersApi,
  notifications: notificationsApi,
}

export interface Resources {
  serviceCalls: ServiceCalls
  /** The same, for requests from outside: reads are retried once. */
  retryingCalls: RetryingCalls
  sessions: Sessions
  responseCache: ResponseCache
  rateLimit: RateLimit
  declineLimit: DeclineLimit
  loadShedding: LoadShedding
  knownHosts: KnownHosts
  liveStreams: LiveStreams
  serviceHealth: ServiceHealth
}
export type GatewayContext = ContextFor<typeof settings, typeof calls, Resources>
