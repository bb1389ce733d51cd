// Forwards a request to the service that owns its route, and its answer to the client, both as bytes.
import type { Route } from '@souk/contracts'
import { clientNetwork, queryText, type ServiceRequest } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { representationOf } from '../representation/represent.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import type { Identification } from './identity.ts'
import { contextOf, type HttpHandler, type HttpRequest, pathParams } from './request-context.ts'
import type { Responder } from './responder.ts'

/** Makes the function that translates a request of a route into the call to its service. */
export function serviceRequests(route: Route): (request: HttpRequest) => ServiceRequest {
  const pickHeaders = forwardedHeaders(route)
  return (request) => {
    const { caller, trace, clientIp } = contextOf(request)
    return {
      params: pathParams(request),
      query: queryText(request),
      headers: pickHeaders(request.headers),
      body: (request.body as Buffer | null | undefined) ?? undefined, // bareServer reads every body as a buffer.
      caller,
      trace,
      ip: clientIp,
      url: request.raw.url,
    }
  }
}

export function makeForwarding(context: GatewayContext, responder: Responder, identification: Identification) {
  const { retryingCalls, loadShedding, responseCache, declineLimit } = context.resources

  return function forward(route: Route): HttpHandler {
    const toServiceRequest = serviceRequests(route)
    const represent = representationOf(route)
    const call = (request: HttpRequest) => retryingCalls.call(route, toServiceRequest(request))
    return async (request, reply) => {
      const answer = await loadShedding.during(async () => {
        const first = await call(request)
        // What does not exist for everybody may exist for some, as a draft's picture does for staff.
        return first.status === 404 && (await identification.identifyAfterAll(route, request)) ? call(request) : first
      })
      if (route.method !== 'GET' && answer.status < 400) forgetWhatChanged(route, request)
      if (route.rateLimit?.class === 'checkout') countDecline(request, answer.status)
      responder.send(request, reply, represent ? await represent(request, answer) : answer)
    }
  }

  function countDecline(request: HttpRequest, status: number): void {
    const { caller, clientIp } = contextOf(request)
    const orderId = String(pathParams(request).orderId).toLowerCase()
    declineLimit.answered(orderId, { network: clientNetwork(clientIp), user: caller.userId }, status)
  }

  /** A client sees its own change at once, before the message about it arrives. */
  function forgetWhatChanged(route: Route, request: HttpRequest): void {
    responseCache.drop(route.service)
    if (route.session) identification.forgetCaller(request)
  }
}
