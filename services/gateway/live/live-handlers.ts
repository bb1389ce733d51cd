// Answers requests for a live stream of a route: reads the route as the client may read it, and keeps the answer open.
import type { LiveRule, Route } from '@souk/contracts'
import { clientNetwork } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { orderKeyIn } from '../request/credentials.ts'
import { serviceRequests } from '../request/forward.ts'
import type { Identification } from '../request/identity.ts'
import { anonymous, contextOf, type HttpHandler, type HttpRequest, pathParams } from '../request/request-context.ts'
import type { Responder } from '../request/responder.ts'
import { eventStreamHeaders, makeEventStream, onceClosed } from './server-sent-events.ts'

const streamAnswer = { status: 200, headers: eventStreamHeaders, body: '' }

export function wantsStream(request: HttpRequest): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false
}

export function makeLiveHandlers({ resources }: GatewayContext, responder: Responder, identification: Identification) {
  const { liveStreams, retryingCalls, sessions } = resources

  return function live(route: Route, rule: LiveRule): HttpHandler {
    const toServiceRequest = serviceRequests(route)
    return async (request, reply) => {
      const { caller, clientIp } = contextOf(request)
      const key = String(pathParams(request)[rule.param]).toLowerCase()
      const client = caller.userId ?? clientNetwork(clientIp)
      liveStreams.checkRoom(route, client)

      const credential = identification.credentialFor(route, request)
      const { headers, ...serviceRequest } = toServiceRequest(request)
      const orderKey = headers?.['order-key'] || (route.orderIdParam ? orderKeyIn(request, key) : undefined)
      // The session is looked up for each read: one that has ended reads nothing more, even when no message tells of its end.
      const read = async () =>
        retryingCalls.call(route, {
          ...serviceRequest,
          headers: { ...headers, ...(orderKey ? { 'order-key': orderKey } : {}), accept: 'application/json' },
          caller: (credential && (await sessions.find(credential.token))) || anonymous,
        })
      // The stream is registered before the first read, so that no message between the two is missed. It is removed when the
      // response closes, in every case: the client may leave at any moment, or have left.
      const stream = makeEventStream(client, read)
      onceClosed(reply.raw, liveStreams.add(route, key, stream))
      const first = await read()
      if (first.status !== 200) responder.send(request, reply, first)
      else if (request.method === 'HEAD') responder.startStream(request, reply, streamAnswer).end()
      else stream.begin(responder.startStream(request, reply, streamAnswer), first)
    }
  }
}
