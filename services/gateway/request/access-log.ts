// The access log: one line, one measurement and the end of the span for each request from outside.
import { methodLabel, orderIdIn, requestSeconds, round, statusLabel } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { contextOf, type HttpRequest } from './request-context.ts'

/** Records that a request has been answered. `code` says why it was refused. */
export type AccessLog = (request: HttpRequest, status: number, code?: string) => void

/** What the measurement of an answer says that found nobody, unless it is a failure of ours. */
const clientHasLeft = 499
/** The route of a request that no route of the shop takes. */
const unknownRoute = 'unknown'

export function makeAccessLog({ log, metrics }: GatewayContext): AccessLog {
  const requests = metrics.histogram(requestSeconds)
  return (request, status, code) => {
    const { route, startedAt, trace, caller, cache, clientTraceId, span } = contextOf(request)
    const milliseconds = performance.now() - startedAt
    const routeName = route ? `${route.service}.${route.name}` : 'none'
    const hasLeft = status < 500 && request.raw.socket.destroyed
    const [method, label] = [methodLabel(request.method), statusLabel(hasLeft ? clientHasLeft : status)]
    requests('gateway', method, route?.path ?? unknownRoute, label).observe(milliseconds / 1000)
    log.info(
      {
        service: 'gateway',
        method: request.method,
        route: routeName,
        status,
        ms: round(milliseconds),
        traceId: trace.traceId,
        spanId: trace.spanId,
        clientTraceId,
        userId: caller.userId,
        orderId: route && orderIdIn(route, request.params as Record<string, unknown>),
        cache,
        code,
      },
      'request',
    )
    span?.end(status >= 500 ? String(status) : undefined, { 'http.response.status_code': status })
  }
}
