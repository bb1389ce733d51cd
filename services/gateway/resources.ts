// Creates the state that the gateway keeps in memory, and closes it at the end.
import { notificationsApi } from '@souk/contracts/notifications'
import { usersApi } from '@souk/contracts/users'
import { newTrace } from '@souk/messaging'
import type { ContextFor, ServiceCalls } from '@souk/service'
import { makeResponseCache } from './cache/response-cache.ts'
import { cachedHeaders } from './cache/serve-cached-reads.ts'
import type { calls, Resources, settings } from './context.ts'
import { makeLiveStreams } from './live/open-streams.ts'
import { makeDeclineLimit } from './protect/decline-limit.ts'
import { makeKnownHosts } from './protect/known-hosts.ts'
import { makeLoadShedding } from './protect/load-shedding.ts'
import { makeRateLimit } from './protect/rate-limit.ts'
import { securityHeaders } from './protect/security-headers.ts'
import { makeRetryingCalls } from './request/retrying-calls.ts'
import { makeSessions } from './request/session-cache.ts'
import { makeServiceHealth } from './site/service-health.ts'

const megabyte = 1024 * 1024

export async function openResources(
  { settings: chosen, shared }: ContextFor<typeof settings, typeof calls, undefined>,
  serviceCalls: ServiceCalls,
): Promise<{ resources: Resources; close: () => Promise<void> }> {
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
    rateLimit: makeRateLimit(chosen.rateLimit),
    declineLimit: makeDeclineLimit(chosen.rateLimit !== Number.POSITIVE_INFINITY),
    loadShedding: makeLoadShedding(chosen.maxConcurrent),
    knownHosts: makeKnownHosts(shared.publicUrl, chosen.hosts, async () => {
      const { isOpen } = await serviceCalls.client(notificationsApi, 'gateway', newTrace()).mailboxState({})
      return isOpen
    }),
    liveStreams: makeLiveStreams(chosen.maxStreams),
    serviceHealth: makeServiceHealth(serviceCalls),
  }
  return { resources, close: async () => resources.loadShedding.close() }
}
