// Answers a service's requests, from whichever way they come, and leaves one log line, one measurement and one span for each.
import type { Log } from '@souk/messaging'
import { answerDeadline } from '../calls/deadlines.ts'
import type { LocalService } from '../calls/service-request.ts'
import type { MakeContext } from '../run/context.ts'
import type { AnyService, Handler } from '../run/define-service.ts'
import { orderIdIn, round } from '../run/log.ts'
import type { Metrics } from '../run/metrics.ts'
import { requestSeconds, statusLabel } from '../run/process-metrics.ts'
import { beginSpan, inside } from '../run/telemetry.ts'
import { type Answerer, answerer } from './answer.ts'

/** Returns the function that answers the service's requests. It throws nothing: failures are answers too. */
export function localService(
  definition: AnyService,
  contextFor: MakeContext,
  metrics: Metrics,
  log: Log,
): LocalService {
  const requests = metrics.histogram(requestSeconds)
  const handlers = Object.entries(definition.routes as Record<string, Handler>)
  const answerers = new Map(handlers.map(([name, handler]) => [name, answerer(handler)]))
  return async (route, request) => {
    const started = performance.now()
    const { trace, caller } = request
    const span = beginSpan(
      'server',
      `${route.method} ${route.path}`,
      { trace, service: definition.name },
      { 'http.request.method': route.method, 'http.route': route.path },
    )
    const answerRoute = answerers.get(route.name) as Answerer // Every route of a contract has a handler, or it does not compile.
    const incoming = {
      params: request.params ?? {},
      query: request.query ?? '',
      headers: request.headers ?? {},
      body: request.body,
      caller,
      url: request.url ?? '',
      ip: request.ip ?? '',
      requestId: trace.traceId,
    }
    const answer = await inside(span, () => answerRoute(incoming, contextFor(trace, answerDeadline(request.deadline))))
    const milliseconds = performance.now() - started
    requests(definition.name, route.method, route.path, statusLabel(answer.status)).observe(milliseconds / 1000)
    log.info(
      {
        service: definition.name,
        route: route.name,
        status: answer.status,
        ms: round(milliseconds),
        traceId: trace.traceId,
        spanId: trace.spanId,
        from: caller.service,
        userId: caller.userId,
        orderId: orderIdIn(route, request.params),
        code: answer.code,
      },
      'request',
    )
    span?.end(answer.status >= 500 ? String(answer.status) : undefined, { 'http.response.status_code': answer.status })
    return answer
  }
}
