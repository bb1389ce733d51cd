// The security log: one structured line for each event that somebody who investigates an attack asks for. A line names who and
// what, but holds no e-mail address, password or token.
import type { ServiceName } from '@souk/contracts'
import type { Log } from '@souk/messaging'
import { keyedHash } from './keyed-hash.ts'
import { counter } from './metric-spec.ts'
import type { Metrics } from './metrics.ts'

/** Every event that is logged, with what it means. docs/security.md lists them. */
export const securityEvents = {
  'sign-in-failed': 'An unknown account or a wrong password, or a sign-in that was refused with the right one.',
  'sign-in-throttled': 'Too many failed sign-ins of an account or from an address.',
  'staff-signed-in': 'A member of staff signed in.',
  'password-wrong': 'A signed-in person entered a wrong password where it is asked for again.',
  'password-refused': 'A new password broke a rule.',
  'password-changed': 'A password was changed by somebody who knew the old one.',
  'password-reset-requested': 'Somebody asked for a link to choose a new password.',
  'password-reset': 'A password was chosen by a link.',
  'link-refused': 'A link of a mail was wrong, expired or used up.',
  'email-verified': 'An e-mail address was proved by a link.',
  'email-change-requested': 'A signed-in person asked to change the e-mail address.',
  'email-changed': 'The e-mail address of an account was changed.',
  'sign-up-repeated': 'A sign-up named an address that has an account.',
  'account-deleted': 'An account was deleted by its owner.',
  'role-changed': 'An account became staff or a customer.',
  'access-refused': 'A signed-in person asked for what only others may do.',
  'origin-refused': 'A page of another site tried to use a session or to sign somebody in.',
  'rate-limited': 'A client sent too many requests. One line a minute and client.',
  'phone-code-wrong': 'A signed-in person entered a wrong code of a text message.',
  'phone-changed': 'A telephone number for text messages was confirmed or removed.',
  'push-endpoint-refused':
    'A browser named a push service that the shop does not call, such as an address of its own network.',
  'webhook-forged': 'A webhook of a payment provider had a wrong or an old signature.',
} as const
export type SecurityEvent = keyof typeof securityEvents

export const securityEventsTotal = counter(
  'souk_security_events_total',
  'Events of the security log',
  'kind',
  Object.keys(securityEvents),
)

export interface SecurityFacts {
  /** Missing for commands of an operator, as `ip` and `traceId`. */
  service?: ServiceName
  outcome: 'allowed' | 'refused'
  /** The address of the client. */
  ip?: string
  traceId?: string
  /** `accountHash` of the e-mail address. */
  account?: string
  userId?: string
  /** `service.route` of the request. */
  route?: string
  /** The code of the refusal, or what else tells cases apart. */
  reason?: string
}

/** Counts an event where there are metrics, and logs it: as a warning when something was refused. It is never an error, because no fault of ours is behind it. */
export function logSecurityEvent(
  { log, metrics }: { log: Log; metrics?: Metrics },
  event: SecurityEvent,
  facts: SecurityFacts,
): void {
  metrics?.count(securityEventsTotal, event)
  log[facts.outcome === 'refused' ? 'warn' : 'info']({ event, ...facts }, 'security')
}

/**
 * The name of an account in the security log: a keyed hash of its e-mail address. Lines about one account can be found, also by
 * somebody who knows the address and the key, but the log does not tell the address.
 */
export function accountHash(email: string, keys: string): string {
  return keyedHash('account', email.trim().toLowerCase(), keys)
}
