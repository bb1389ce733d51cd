// The access log: one line, one measurement and the end of the span for each request from outside.
import { orderIdIn, round } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import { contextOf, type HttpRequest } from './request-context.ts'

/** Records that a request has been answered. `code` says why it was refused. */
export type AccessLog = (request: HttpRequest, status: number, code?: string) => void

export function makeAccessLog({ log, metrics }: GatewayContext): AccessLog {
  return (request, status, code) => {
    const { route, startedAt, trace, caller, cache, clientTraceId, span } = contextOf(request)
    const milliseconds = performance.now() - startedAt
    const routeName = route ? `${route.service}.${route.name}` : 'none'
    metrics.request('gateway', routeName, status, milliseconds / 1000)
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
