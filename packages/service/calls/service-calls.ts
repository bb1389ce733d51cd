// Calls the service that owns a route: directly when it runs in this process, over HTTP when it runs elsewhere. Either way it
// gets a contract's request and validates it, and the call ends by its deadline.
import { type Answer, type Api, type ClientOf, makeClient, type Route, type ServiceName } from '@souk/contracts'
import { childOf, type Log, type Trace } from '@souk/messaging'
import { Refusal } from '../http/refusals.ts'
import type { Metrics } from '../run/metrics.ts'
import { wasTimeout } from './call-failures.ts'
import { type CircuitBreaker, makeCircuitBreaker } from './circuit-breaker.ts'
import { callDeadline, deadlineExceeded, withDeadline } from './deadlines.ts'
import { makeHttpCalls, type Remotes } from './http-calls.ts'
import { CircuitOpen, measured } from './measure-calls.ts'
import type { LocalService, ServiceRequest } from './service-request.ts'
import type { Caller, ServiceTokens } from './service-token.ts'
import type { Connector } from './tls-connector.ts'
import { traced } from './trace-calls.ts'

/**
 * Answers a public read of any service as the gateway does for somebody who is not signed in. Undefined for other routes. It throws
 * nothing: refusals are answers.
 */
export type PublicRead = (
  route: Pick<Route, 'service' | 'name'>,
  input: Pick<ServiceRequest, 'params' | 'query'>,
) => Promise<Answer> | undefined

export interface ServiceCalls {
  /** Resolves with the answer, whatever its status. Throws a Refusal (unavailable, deadline-exceeded) when there was none. */
  call(route: Route, request: ServiceRequest): Promise<Answer>
  /** True while calls to this service are let through. */
  isOpenFor(service: ServiceName): boolean
  /** Its calls end by the deadline, or by that of their route, whichever comes first. */
  client<A extends Api>(api: A, from: ServiceName, trace: Trace, deadline?: number): ClientOf<A>
  /** Reads through the gateway of this process; undefined when it runs elsewhere, too. */
  readonly readPublic: PublicRead
  /** A token with which this process says to the audience that the service `from` calls. */
  tokenFor(from: ServiceName, audience: ServiceName): Promise<string>
  /** The service that a token for the audience was minted by; undefined when it is not valid. */
  callerOf(token: string, audience: ServiceName): Promise<Caller | undefined>
  close(): Promise<void>
}

/** `local`, `gateway`: the services of this process; they may be filled later. `remotes`: where the instances of the others are. */
export function makeServiceCalls(options: {
  local: ReadonlyMap<ServiceName, LocalService>
  gateway?: { read?: PublicRead }
  remotes: Remotes
  tokens: ServiceTokens
  log: Log
  metrics?: Metrics
  /** How connections are made, for TLS. */
  connect?: Connector
}): ServiceCalls {
  const { local, log } = options
  const http = makeHttpCalls(options.remotes, options.tokens, log, options.connect)
  const breakers = new Map<ServiceName, CircuitBreaker>()

  function breakerOf(service: ServiceName): CircuitBreaker {
    let breaker = breakers.get(service)
    if (!breaker) {
      breaker = makeCircuitBreaker()
      breakers.set(service, breaker)
    }
    return breaker
  }

  async function send(route: Route, request: ServiceRequest & { deadline: number }): Promise<Answer> {
    const service = local.get(route.service)
    return service ? service(route, { ...request, trace: childOf(request.trace) }) : http.send(route, request)
  }

  async function callOnce(route: Route, request: ServiceRequest): Promise<Answer> {
    const { service } = route
    const deadline = callDeadline(route, request.deadline)
    const breaker = breakerOf(service)
    if (!breaker.mayCall()) throw circuitOpen(service)
    try {
      const answer = await withDeadline(send(route, { ...request, deadline }), deadline, route)
      if (answer.status === 503 || answer.status === 504) breaker.failed()
      else breaker.succeeded()
      return answer
    } catch (error) {
      breaker.failed()
      if (error instanceof Refusal) throw error
      if (wasTimeout(error)) throw deadlineExceeded(route)
      log.warn({ service, route: route.name, error: String(error) }, 'A service could not be reached.')
      throw unavailable(service)
    }
  }

  const call = traced(options.metrics ? measured(callOnce, options.metrics) : callOnce)
  return {
    call,
    isOpenFor: (service) => !breakerOf(service).isOpen,
    client: (api, from, trace, deadline) =>
      makeClient(api, (route, { params, query, headers, body }) =>
        call(route, {
          params,
          query,
          headers,
          body: body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body),
          caller: { service: from, role: 'anonymous' },
          trace,
          deadline,
        }),
      ),
    readPublic: (route, input) => options.gateway?.read?.(route, input),
    tokenFor: (from, audience) => options.tokens.mint({ service: from, role: 'anonymous' }, audience),
    callerOf: options.tokens.verify,
    close: http.close,
  }
}

function unavailable(service: ServiceName): Refusal {
  return new Refusal('unavailable', 503, notAnswering(service))
}
function circuitOpen(service: ServiceName): Refusal {
  return new CircuitOpen('unavailable', 503, notAnswering(service), { retryAfterSeconds: 5 })
}
function notAnswering(service: ServiceName): string {
  return `The ${service} service is not answering just now.`
}
