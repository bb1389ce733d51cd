// The gateway's HTTP server: every public route of every contract, served as its contract says.
import type { Route } from '@souk/contracts'
import { bareServer, clientNetwork } from '@souk/service'
import { cacheRuleOf, makeCachedReads } from './cache/serve-cached-reads.ts'
import type { GatewayContext } from './context.ts'
import { makeLiveHandlers, wantsStream } from './live/live-handlers.ts'
import { allowedOrigins } from './protect/allowed-origins.ts'
import { makeCors } from './protect/cors.ts'
import { makeCsrfGuard } from './protect/csrf.ts'
import { securityHeaders } from './protect/security-headers.ts'
import { makeAdmission } from './request/admission.ts'
import { withoutIpv6Prefix } from './request/client-address.ts'
import { makeForwarding } from './request/forward.ts'
import { makeIdentification } from './request/identity.ts'
import { refuseHead, refuseHost, refuseUnknown } from './request/not-found.ts'
import { isFromPage, trustPage } from './request/page-calls.ts'
import { publicRoutes } from './request/public-routes.ts'
import { beginRequest, type HttpReply, type HttpRequest, type Server } from './request/request-context.ts'
import { makeResponder } from './request/responder.ts'

export async function openServer(context: GatewayContext): Promise<Server> {
  const { settings, resources, shared } = context
  const { knownHosts } = resources
  const origins = allowedOrigins(shared.publicUrl, settings.corsOrigins)
  const cors = makeCors(origins)
  const security = securityHeaders(shared.publicUrl)
  const responder = makeResponder(context, security, cors)
  const identification = makeIdentification(context)
  const admit = makeAdmission(context, identification, makeCsrfGuard(origins))
  const cached = makeCachedReads(context, responder)
  const forward = makeForwarding(context, responder, identification)
  const live = makeLiveHandlers(context, responder, identification)

  const limits = {
    headerSeconds: settings.headerSeconds,
    requestSeconds: settings.requestSeconds,
    connections: settings.connections,
    connectionsPerClient: settings.connectionsPerAddress,
    clientOf: (address: string) => clientNetwork(withoutIpv6Prefix(address)),
  }
  const server = bareServer({
    headers: security.data,
    send: responder.send,
    limits,
    stopSeconds: settings.stopSeconds,
  })
  server.setGenReqId((request) => beginRequest(request as never, settings.trustedProxies).trace.traceId)
  server.addHook('onRequest', (request, reply, done) => {
    const refused = refuseHead(request) ?? refuseUnknown(request, cors)
    if (refused) responder.send(request, reply, refused)
    else if (knownHosts.has(request)) done()
    else void refuseOtherHost(request, reply, done)
  })
  server.addHook('onRequest', (request, _reply, done) => {
    if (isFromPage(request)) void trustPage(request, resources.serviceCalls).then(() => done(), done)
    else done()
  })
  for (const route of publicRoutes) serve(route)
  server.addHook('preClose', async () => resources.liveStreams.closeAll()) // Browsers connect again, elsewhere.
  return server

  async function refuseOtherHost(request: HttpRequest, reply: HttpReply, done: () => void) {
    if (await knownHosts.areRequired()) responder.send(request, reply, refuseHost(request))
    else done()
  }
  function serve(route: Route) {
    const method = route.method === 'GET' ? ['GET', 'HEAD'] : route.method
    const common = { method, url: route.path, bodyLimit: route.bodyLimit, exposeHeadRoute: false }
    const cacheRule = cacheRuleOf(route)
    if (cacheRule) {
      server.route({ ...common, handler: cached(route, cacheRule) })
      return
    }
    const plain = forward(route)
    const stream = route.live && live(route, route.live)
    server.route({
      ...common,
      onRequest: (request, reply) => admit(route, request, reply),
      handler: stream
        ? (request, reply) => (wantsStream(request) ? stream(request, reply) : plain(request, reply))
        : plain,
    })
  }
}
