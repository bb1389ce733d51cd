// Puts together what the gateway keeps in memory, and takes it apart at the end.
import { usersApi } from '@souk/contracts/users'
import { type Carriage, type ContextFor, newTrace } from '@souk/service'
import type { calls, Own, settings } from './context.ts'
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
  carriage: Carriage,
): Promise<{ own: Own; close: () => Promise<void> }> {
  const fetching = makeFetching(carriage)
  const sessions = makeSessions((token) =>
    carriage.client(usersApi, 'gateway', newTrace()).exchangeSession({ body: { token } }),
  )
  const own: Own = {
    carriage,
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
  return { own, close: async () => own.admission.close() }
}
