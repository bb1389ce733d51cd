// Puts together what the gateway keeps in memory, and takes it apart at the end.
import { usersApi } from '@souk/contracts/users'
import { newTrace } from '@souk/messaging'
import type { ContextFor, ServiceCalls } from '@souk/service'
import { headersOfRead } from './cache/cached-reads.ts'
import { makeReads } from './cache/response-cache.ts'
import type { calls, Resources, settings } from './context.ts'
import { makeStreams } from './live/server-sent-events.ts'
import { makeAdmission } from './protect/load-shedding.ts'
import { makeLimits } from './protect/rate-limit.ts'
import { securityHeaders } from './request/forwarded-headers.ts'
import { makeFetching } from './request/retries.ts'
import { makeSessions } from './request/sessions.ts'

const megabyte = 1024 * 1024

export async function openOwn(
  { settings: chosen, shared }: ContextFor<typeof settings, typeof calls, undefined>,
  serviceCalls: ServiceCalls,
): Promise<{ resources: Resources; close: () => Promise<void> }> {
  const fetching = makeFetching(serviceCalls)
  const sessions = makeSessions((token) =>
    serviceCalls.client(usersApi, 'gateway', newTrace()).exchangeSession({ body: { token } }),
  )
  const resources: Resources = {
    serviceCalls,
    fetching,
    sessions,
    reads: makeReads({
      maxBytes: chosen.cacheMegabytes * megabyte,
      headersOf: headersOfRead(securityHeaders(shared.publicUrl)),
    }),
    limits: makeLimits(chosen.rateLimit),
    admission: makeAdmission(chosen.maxConcurrent),
    streams: makeStreams(fetching, sessions, chosen.maxStreams),
  }
  return { resources, close: async () => resources.admission.close() }
}
