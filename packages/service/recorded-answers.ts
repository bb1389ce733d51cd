// Answers a service's requests, from whichever way they come, and leaves one log line, one measurement and one span for each.
import type { Answer, Route } from '@souk/contracts'
import type { Log, Trace } from '@souk/messaging'
import { answerer } from './answer.ts'
import { type LocalService, timeToAnswer } from './carrier.ts'
import type { AnyService } from './define-service.ts'
import { orderIdIn, round } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { AnyContext } from './run.ts'
import { beginSpan } from './telemetry.ts'

export function recordedAnswers(
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
  return async (route, cargo) => {
    const started = performance.now()
    const { trace } = cargo
    const end = beginSpan('server', `${route.method} ${route.path}`, trace, { 'http.route': route.path })
    const answer: Answer & { code?: string } = await (answerers.get(route.name) as ReturnType<typeof answerer>)(
      {
        params: cargo.params ?? {},
        query: cargo.query ?? '',
        headers: cargo.headers ?? {},
        body: cargo.body,
        caller: cargo.caller,
        url: cargo.url ?? '',
        ip: cargo.ip ?? '',
        requestId: trace.traceId,
      },
      context(trace, timeToAnswer(cargo.deadline)),
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
        from: cargo.caller.service,
        userId: cargo.caller.userId,
        orderId: orderIdIn(route, cargo.params),
        code: answer.code,
      },
      'request',
    )
    end(answer.status >= 500)
    return answer
  }
}
