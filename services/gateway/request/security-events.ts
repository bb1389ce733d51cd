// Writes the security log of the gateway: requests that it refuses because of who sends them, from where, or how many.
import { clientNetwork, logSecurityEvent, makeTokenBuckets, type Refusal, type SecurityEvent } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { contextOf, type HttpRequest } from './request-context.ts'

/** Returns the function that is told of each refusal, and logs those that somebody who investigates an attack asks for. */
export function makeSecurityEvents(context: Pick<GatewayContext, 'log' | 'metrics'>, now: () => number = Date.now) {
  /** A client that is limited goes on trying; one line a minute says so. */
  const lines = makeTokenBuckets(1, now)

  return (request: HttpRequest, refusal: Refusal): void => {
    const { clientIp: ip, caller, route, trace } = contextOf(request)
    const event = eventOf(refusal, caller.userId !== undefined)
    if (!event || (event === 'rate-limited' && lines.take(caller.userId ?? clientNetwork(ip)) > 0)) return
    logSecurityEvent(context, event, {
      service: 'gateway',
      outcome: 'refused',
      ip,
      traceId: trace.traceId,
      userId: caller.userId,
      route: route && `${route.service}.${route.name}`,
    })
  }
}

/**
 * Origins are checked before anybody is identified, and a caller who is not signed in is told to sign in (401). So a request that
 * is not allowed comes from another site when its caller is not known, and asks for what others may do when the caller is known.
 */
function eventOf({ code, status }: Refusal, isSignedIn: boolean): SecurityEvent | undefined {
  if (status === 429) return 'rate-limited'
  if (code === 'not-allowed') return isSignedIn ? 'access-refused' : 'origin-refused'
  return undefined
}
