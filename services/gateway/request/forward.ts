// Forwards a request to the service that owns its route, and its answer to the client, both as bytes.
import type { Answer, Route } from '@souk/contracts'
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
    const ask = (request: HttpRequest) =>
      loadShedding.during(async () => {
        const first = await call(request)
        // What does not exist for everybody may exist for some, as a draft's picture does for staff.
        return first.status === 404 && (await identification.identifyAfterAll(route, request)) ? call(request) : first
      })
    const askInTurn = route.rateLimit?.class === 'checkout' ? (request: HttpRequest) => checkOut(request, ask) : ask
    return async (request, reply) => {
      const answer = await askInTurn(request)
      if (route.method !== 'GET' && answer.status < 400) forgetWhatChanged(route, request)
      responder.send(request, reply, represent ? await represent(request, answer) : answer)
    }
  }

  /** Nothing is under way for the checkouts that wait for their turn, so they do not count as load. */
  function checkOut(request: HttpRequest, ask: (request: HttpRequest) => Promise<Answer>): Promise<Answer> {
    const { caller, clientIp } = contextOf(request)
    const payer = { network: clientNetwork(clientIp), user: caller.userId }
    return declineLimit.during(payer, async () => {
      const answer = await ask(request)
      declineLimit.answered(String(pathParams(request).orderId).toLowerCase(), payer, answer.status)
      return answer
    })
  }

  /** A client sees its own change at once, before the message about it arrives. */
  function forgetWhatChanged(route: Route, request: HttpRequest): void {
    responseCache.drop(route.service)
    if (route.session) identification.forgetCaller(request)
  }
}
