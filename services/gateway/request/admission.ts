// Everything that can be refused before a body is read, the cheapest checks first: rate limits, media type, load, cross-site
// requests, then who the caller is and whether it may call.
import { isBytes, type Route } from '@souk/contracts'
import { clientNetwork, defaultBodyLimit, mayCall, refuse } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import type { CsrfGuard } from '../protect/csrf.ts'
import type { Identification } from './identity.ts'
import { contextOf, type HttpReply, type HttpRequest, pathParams, setRoute } from './request-context.ts'

/** Until a shop that is being maintained asks its buyers to try again. */
const closedSeconds = 120

export function makeAdmission(
  { resources, settings }: GatewayContext,
  identification: Identification,
  csrf: CsrfGuard,
) {
  const { rateLimit, declineLimit, loadShedding, sessions } = resources

  return async function admit(route: Route, request: HttpRequest, reply: HttpReply): Promise<void> {
    const context = contextOf(request)
    setRoute(context, route)
    const isChange = route.method !== 'GET'
    const credential = identification.credentialFor(route, request)
    const network = clientNetwork(context.clientIp)
    const user = credential && sessions.remembered(credential.token)?.userId
    const isCounted = !context.isForPage
    await rateLimit.take(route, { client: user ?? network, network, isCounted }, pathParams(request)['*'])
    checkMediaType(route, request)
    checkLength(route, request)
    loadShedding.check(route)
    if (settings.checkout === 'off' && route.rateLimit?.class === 'checkout')
      refuse(route, 'unavailable', 'The shop takes no orders just now.', { retryAfterSeconds: closedSeconds })
    if (isChange && credential?.kind === 'cookie') csrf.checkCookieUse(route, request)
    if (isChange && (route.session === 'manages' || route.ownPagesOnly)) csrf.refuseOtherSites(route, request)
    if (credential) await identification.identify(route, request, credential)
    mayCall(route, context.caller)
    if (route.rateLimit?.class === 'checkout') declineLimit.check({ network, user: context.caller.userId })
    // Nothing is wrong with the headers: the client may send the body that it announced (RFC 9110, 10.1.1).
    if (request.headers.expect !== undefined && request.raw.httpVersion !== '1.0') reply.raw.writeContinue()
  }
}

/** A body that is too long by its own account is refused before it is sent. Others are when they exceed the limit. */
function checkLength(route: Route, request: HttpRequest): void {
  if (Number(request.headers['content-length'] ?? 0) <= (route.bodyLimit ?? defaultBodyLimit)) return
  refuse(route, 'too-large', 'The body is larger than this route takes.')
}

/** Forms of other sites can send text/plain and form fields without a preflight, but not JSON. */
function checkMediaType(route: Route, request: HttpRequest): void {
  if (!route.body || isBytes(route.body)) return
  const type = request.headers['content-type']
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0
  if (type === undefined ? !hasBody : /^application\/json\s*(;|$)/i.test(type)) return
  refuse(route, 'unsupported-media-type', 'Send this body as application/json.')
}
