// Answers a service's requests, from whichever way they come, and leaves one log line, one measurement and one span for each.
import type { Answer, Route } from '@souk/contracts'
import type { Log, Trace } from '@souk/messaging'
import { answerDeadline, type LocalService } from '../calls/service-calls.ts'
import type { AnyService } from '../run/define-service.ts'
import { orderIdIn, round } from '../run/log.ts'
import type { Metrics } from '../run/metrics.ts'
import type { AnyContext } from '../run/run.ts'
import { beginSpan } from '../run/telemetry.ts'
import { answerer } from './answer.ts'

export function observedAnswers(
  definition: AnyService,
  context: (trace: Trace, deadline: number) => AnyContext,
  metrics: Metrics,
  log: Log,
): LocalService {
  const answerers = new Map(
    Object.entries(definition.routes as Record<string, { route: Route }>).map(([name, handler]) => [
      name,
      answerer(handler as never),
    ]),
  )
  return async (route, request) => {
    const started = performance.now()
    const { trace } = request
    const end = beginSpan('server', `${route.method} ${route.path}`, trace, { 'http.route': route.path })
    const answer: Answer & { code?: string } = await (answerers.get(route.name) as ReturnType<typeof answerer>)(
      {
        params: request.params ?? {},
        query: request.query ?? '',
        headers: request.headers ?? {},
        body: request.body,
        caller: request.caller,
        url: request.url ?? '',
        ip: request.ip ?? '',
        requestId: trace.traceId,
      },
      context(trace, answerDeadline(request.deadline)),
    )
    const milliseconds = performance.now() - started
    metrics.request(definition.name, route.name, answer.status, milliseconds / 1000)
    log.info(
      {
        service: definition.name,
        route: route.name,
        status: answer.status,
        ms: round(milliseconds),
        traceId: trace.traceId,
        from: request.caller.service,
        userId: request.caller.userId,
        orderId: orderIdIn(route, request.params),
        code: answer.code,
      },
      'request',
    )
    end(answer.status >= 500)
    return answer
  }
}
