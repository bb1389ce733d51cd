// The public door: every public route of every contract, offered as it is written there. What comes in is checked in the
// order of what it costs, then carried to its service and back as bytes.
import { isBytes, type Route } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { bareServer, mayCall, queryText, refuse, type ServiceCalls } from '@souk/service'
import { answerRead, ruleOf } from './cache/cached-reads.ts'
import type { GatewayContext } from './context.ts'
import { closeInTime } from './graceful-shutdown.ts'
import { wantsStream } from './live/server-sent-events.ts'
import { makeOrigins } from './protect/cors.ts'
import { household } from './request/client-address.ts'
import { headersFor, isSignIn, securityHeaders } from './request/forwarded-headers.ts'
import { refuseUnknown } from './request/not-found.ts'
import { publicRoutes } from './request/public-routes.ts'
import {
  arrive,
  beginVisit,
  type HttpReply,
  type HttpRequest,
  nobody,
  openDesk,
  type Server,
  type Visit,
  visitOf,
} from './request/responder.ts'
import { credentialOf, sessionCookie } from './request/sessions.ts'
import { addFrontPages } from './site/site-pages.ts'

export async function openDoor(context: GatewayContext, _carriage: ServiceCalls): Promise<Server> {
  const { settings, resources, shared } = context
  const security = securityHeaders(shared.publicUrl)
  const cookie = sessionCookie(shared.publicUrl)
  const origins = makeOrigins(shared.publicUrl, settings.corsOrigins)
  const desk = openDesk(context, security, origins)
  const server = bareServer({ headers: security.plain, send: desk.finish })
  server.setGenReqId((request) => beginVisit(request as never, settings.trustedProxies).trace.traceId)
  server.addHook('onRequest', (request, reply, done) => {
    const refused = refuseUnknown(request, origins)
    if (refused) desk.finish(request, reply, refused)
    else done()
  })
  for (const route of publicRoutes) offer(route)
  addFrontPages(server, context, desk)
  closeInTime(server, resources.streams, settings.stopSeconds)
  return server

  function offer(route: Route) {
    const rule = ruleOf(route)
    const common = { url: route.path, bodyLimit: route.bodyLimit, exposeHeadRoute: false }
    if (rule) {
      const read = answerRead(context, desk, route, rule)
      server.route({ ...common, method: ['GET', 'HEAD'], handler: read })
      return
    }
    const pass = passOn(route)
    server.route({
      ...common,
      method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
      onRequest: (request) => admit(route, request),
      handler:
        route === (ordersApi.routes.timeline as Route)
          ? async (request, reply) =>
              wantsStream(request)
                ? resources.streams.open(request, reply, desk, credentialOf(request, cookie)?.token)
                : pass(request, reply)
          : pass,
    })
  }

  /** All that can be refused before a body is read. */
  async function admit(route: Route, request: HttpRequest) {
    const visit = visitOf(request)
    arrive(visit, route)
    const credential = isCallersBusiness(route) ? credentialOf(request, cookie) : undefined
    const known = credential && resources.sessions.remembered(credential.token)
    const rest = (request.params as { '*'?: string })['*'] ?? ''
    resources.limits.take(route, { who: known?.userId ?? household(visit.ip), ip: household(visit.ip) }, rest)
    checkMediaType(route, request)
    resources.admission.check(route)
    if (route.method !== 'GET' && credential?.kind === 'cookie') origins.guardCookie(route, request)
    if (route.method !== 'GET' && isSignIn(route)) origins.guardSignIn(route, request)
    if (credential) await identify(route, visit, credential.token, credential.kind === 'bearer' && !isSignIn(route))
    mayCall(route, visit.caller)
  }

  async function identify(route: Route, visit: Visit, token: string, isClaim: boolean) {
    const caller = await resources.sessions.find(token)
    if (caller) visit.caller = caller
    else if (isClaim) refuse(route, 'not-signed-in', 'This token is not valid, or no longer. Sign in again.')
  }

  /** What is not there for everybody may be there for some: a draft's picture for staff. So we ask who it is only then. */
  async function isSomebodyAfterAll(route: Route, request: HttpRequest): Promise<boolean> {
    const credential = isCallersBusiness(route) ? undefined : credentialOf(request, cookie)
    if (!credential) return false
    const visit = visitOf(request)
    await identify(route, visit, credential.token, false)
    return visit.caller !== nobody
  }

  function passOn(route: Route) {
    const pick = headersFor(route)
    return async (request: HttpRequest, reply: HttpReply) => {
      const visit = visitOf(request)
      const forward = () =>
        resources.fetching.fetch(route, {
          params: request.params as Record<string, unknown>,
          query: queryText(request),
          headers: pick(request.headers),
          body: (request.body as Buffer | null | undefined) ?? undefined,
          caller: visit.caller,
          trace: visit.trace,
          ip: visit.ip,
          url: request.raw.url,
        })
      const answer = await resources.admission.during(async () => {
        const answer = await forward()
        return answer.status === 404 && (await isSomebodyAfterAll(route, request)) ? forward() : answer
      })
      if (route.method !== 'GET' && answer.status < 400) forgetWhatChanged(route, request)
      desk.finish(request, reply, answer)
    }
  }

  /** Who changes something through this door sees it at once, before the message about it comes by. */
  function forgetWhatChanged(route: Route, request: HttpRequest) {
    resources.reads.drop(route.service)
    if (route.service !== 'users') return
    const { caller } = visitOf(request)
    const credential = credentialOf(request, cookie)
    if (credential) resources.sessions.forgetToken(credential.token)
    if (caller.userId) resources.sessions.forget(caller.userId)
  }
}

/** Browsing is the same for everybody, and works while nobody can say who somebody is. */
function isCallersBusiness(route: Route): boolean {
  return route.access !== 'anyone' || route.priority !== 'browse'
}

/** Forms of other sites can send text/plain and form fields without asking, but not JSON. */
function checkMediaType(route: Route, request: HttpRequest) {
  if (!route.body || isBytes(route.body)) return
  const type = request.headers['content-type']
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0
  if (type === undefined ? !hasBody : /^application\/json\s*(;|$)/i.test(type)) return
  refuse(route, 'unsupported-media-type', 'Send this body as application/json.')
}
