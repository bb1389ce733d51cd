// Writes the security log of this service: each line with the account as a keyed hash, the client's address and the trace.
import { accountHash, logSecurityEvent, type Request, type SecurityEvent, type SecurityFacts } from '@souk/service'
import type { UsersContext } from './context.ts'

type Facts = Pick<SecurityFacts, 'outcome' | 'userId' | 'reason'> & { email?: string }

/** Logs an event of a request. `email` is the account that it is about; the log keeps a keyed hash of it. */
export function recordEvent(
  event: SecurityEvent,
  { ip }: Pick<Request, 'ip'>,
  { log, metrics, trace, settings }: UsersContext,
  { email, ...facts }: Facts,
): void {
  const account = email === undefined ? undefined : accountHash(email, settings.accountHashKey)
  logSecurityEvent({ log, metrics }, event, { service: 'users', ...facts, account, ip, traceId: trace.traceId })
}
