// Puts together what the gateway keeps in memory, and takes it apart at the end.
import { usersApi } from '@souk/contracts/users'
import { newTrace } from '@souk/messaging'
import type { ContextFor, ServiceCalls } from '@souk/service'
import type { calls, Resources, settings } from './context.ts'
import { makeFetching } from './fetching.ts'
import { securityHeaders } from './headers.ts'
import { makeLimits } from './limits.ts'
import { headersOfRead } from './public-reads.ts'
import { makeReads } from './reads.ts'
import { makeSessions } from './sessions.ts'
import { makeAdmission } from './shedding.ts'
import { makeStreams } from './streams.ts'

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
