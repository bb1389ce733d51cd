// Creates the state that the gateway keeps in memory, and closes it at the end.
import { notificationsApi } from '@souk/contracts/notifications'
import { usersApi } from '@souk/contracts/users'
import { newTrace } from '@souk/messaging'
import type { ContextFor, OpenedResources, ServiceCalls } from '@souk/service'
import { makeResponseCache } from './cache/response-cache.ts'
import { cachedHeaders } from './cache/serve-cached-reads.ts'
import type { calls, Resources, settings } from './context.ts'
import { makeLiveStreams } from './live/open-streams.ts'
import { makeDeclineLimit } from './protect/decline-limit.ts'
import { makeKnownHosts } from './protect/known-hosts.ts'
import { makeLoadShedding } from './protect/load-shedding.ts'
import { bucketSizes, makeRateLimit } from './protect/rate-limit.ts'
import { securityHeaders } from './protect/security-headers.ts'
import { makeRetryingCalls } from './request/retrying-calls.ts'
import { makeSessions } from './request/session-cache.ts'
import { makeServiceHealth } from './site/service-health.ts'

const megabyte = 1024 * 1024

export async function openResources(
  context: ContextFor<typeof settings, typeof calls, undefined>,
  serviceCalls: ServiceCalls,
): Promise<OpenedResources<Resources>> {
  const { settings: chosen, shared } = context
  const common = await openCommonLimits(context)
  const isLimited = chosen.rateLimit !== Number.POSITIVE_INFINITY
  const resources: Resources = {
    serviceCalls,
    retryingCalls: makeRetryingCalls(serviceCalls),
    sessions: makeSessions((token) =>
      serviceCalls.client(usersApi, 'gateway', newTrace()).exchangeSession({ body: { token } }),
    ),
    responseCache: makeResponseCache({
      maxBytes: chosen.cacheMegabytes * megabyte,
      headersOf: cachedHeaders(securityHeaders(shared.publicUrl), chosen.corsOrigins.length > 0),
    }),
    rateLimit: makeRateLimit(chosen.rateLimit, Date.now, common?.buckets),
    declineLimit: makeDeclineLimit(isLimited, Date.now, common?.outcomes),
    loadShedding: makeLoadShedding(chosen.maxConcurrent),
    knownHosts: makeKnownHosts(shared.publicUrl, chosen.hosts, async () => {
      const { isOpen } = await serviceCalls.client(notificationsApi, 'gateway', newTrace()).mailboxState({})
      return isOpen
    }),
    liveStreams: makeLiveStreams(chosen.maxStreams),
    serviceHealth: makeServiceHealth(serviceCalls),
  }
  return {
    resources,
    health: common && (() => ({ sharedState: common.state.describe() })),
    async close() {
      resources.loadShedding.close()
      await common?.state.close()
    },
  }
}

/** What all gateways count together, when REDIS_URL is set. Its libraries are loaded only then. */
async function openCommonLimits({
  settings: chosen,
  log,
  metrics,
}: ContextFor<typeof settings, typeof calls, undefined>) {
  const { redisUrl: url, redisTlsCa: ca, redisTlsCert: cert, redisTlsKey: key, rateLimit } = chosen
  if (url === undefined || rateLimit === Number.POSITIVE_INFINITY) return undefined
  const [{ openSharedState }, { makeSharedBuckets }, { makeSharedOutcomes }] = await Promise.all([
    import('./protect/shared-state.ts'),
    import('./protect/shared-buckets.ts'),
    import('./protect/shared-outcomes.ts'),
  ])
  const state = await openSharedState({ url, ca, cert, key }, { log, metrics })
  return { state, buckets: makeSharedBuckets(state, bucketSizes(rateLimit)), outcomes: makeSharedOutcomes(state, log) }
}
