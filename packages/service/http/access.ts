// The access rule of a contract's route.
import type { Route } from '@souk/contracts'
import { type Caller, maySpeakFor } from '../calls/service-token.ts'
import { refuse } from './refusals.ts'

/**
 * Refuses callers that the contract does not let in (not-signed-in, not-allowed). The gateway checks this early; the service's
 * own check is decisive.
 */
export function mayCall(route: Route, caller: Caller): void {
  const { access } = route
  if (!maySpeakFor(caller)) refuse(route, 'not-allowed', 'Only the gateway may speak for a person.')
  if (typeof access === 'object') {
    if (!access.services.includes(caller.service)) refuse(route, 'not-allowed', 'Only other services may call this.')
    return
  }
  if (access === 'anyone' || caller.role === 'staff') return
  if (caller.role === 'anonymous') refuse(route, 'not-signed-in', 'Sign in first.')
  if (access === 'staff') refuse(route, 'not-allowed', 'Only the shop’s staff may do this.')
}
