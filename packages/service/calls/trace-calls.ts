// The client span of a call between services, the same in one process and apart.
import type { Answer, Route } from '@souk/contracts'
import { childOf } from '@souk/messaging'
import { Refusal } from '../http/refusals.ts'
import { beginSpan, errorTypeOf } from '../run/telemetry.ts'
import type { ServiceRequest } from './service-request.ts'

type Call = (route: Route, request: ServiceRequest) => Promise<Answer>

/** The same call, with a span in which that of the called service is. */
export function traced(call: Call): Call {
  return async (route, request) => {
    const trace = childOf(request.trace)
    const span = beginSpan(
      'client',
      `${route.method} ${route.path}`,
      { trace, service: request.caller.service },
      {
        'http.request.method': route.method,
        'url.template': route.path,
        'server.address': route.service,
        'service.peer.name': route.service,
      },
    )
    if (!span) return call(route, request)
    try {
      const answer = await call(route, { ...request, trace })
      const { status } = answer
      span.end(status >= 400 ? String(status) : undefined, { 'http.response.status_code': status })
      return answer
    } catch (error) {
      span.end(error instanceof Refusal ? error.code : errorTypeOf(error))
      throw error
    }
  }
}
