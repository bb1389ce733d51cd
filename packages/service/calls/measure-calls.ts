// Measures calls between services, by how they ended. It is the same in one process and apart.
import type { Answer, Route } from '@souk/contracts'
import { Refusal } from '../http/refusals.ts'
import type { Metrics } from '../run/metrics.ts'
import { callSeconds } from '../run/process-metrics.ts'
import type { ServiceRequest } from './service-request.ts'

type Call = (route: Route, request: ServiceRequest) => Promise<Answer>
const classes = ['1xx', '2xx', '3xx', '4xx', '5xx']

/** The same call, measured. */
export function measured(call: Call, metrics: Metrics): Call {
  const cells = metrics.histogram(callSeconds)
  return async (route, request) => {
    const started = performance.now()
    let outcome = 'failed'
    try {
      const answer = await call(route, request)
      outcome = classes[Math.floor(answer.status / 100) - 1] ?? outcome
      return answer
    } catch (error) {
      outcome = reasonOf(error)
      throw error
    } finally {
      const seconds = (performance.now() - started) / 1000
      cells(request.caller.service, route.service, route.method, outcome).observe(seconds)
    }
  }
}

/** Why there was no answer: no time was left, the circuit breaker let nothing through, or there was no connection. */
function reasonOf(error: unknown): 'timeout' | 'breaker' | 'refused' | 'failed' {
  if (!(error instanceof Refusal)) return 'failed'
  if (error.code === 'deadline-exceeded') return 'timeout'
  return error instanceof CircuitOpen ? 'breaker' : 'refused'
}

/** No call was made, because too many before it have failed. */
export class CircuitOpen extends Refusal {}
