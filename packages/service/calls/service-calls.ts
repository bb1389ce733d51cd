// Carries requests to the service that owns a route: directly when it runs in this process, by HTTP when it runs elsewhere.
// Either way they arrive as a contract's request and are validated there; either way they end by their deadline.
import {
  type Answer,
  type Api,
  type CallInput,
  type ClientOf,
  makeClient,
  pathOf,
  queryOf,
  type Route,
  type ServiceName,
} from '@souk/contracts'
import { childOf, type Log, type Trace, traceparentOf } from '@souk/messaging'
import { Pool } from 'undici'
import { Refusal } from '../http/problems.ts'
import { type CircuitBreaker, makeCircuitBreaker } from './circuit-breaker.ts'
import type { Caller, ServiceTokens } from './service-token.ts'

export interface ServiceRequest {
  params?: Record<string, unknown>
  /** As text when it is passed on, as values when we ask ourselves. */
  query?: string | Record<string, unknown>
  headers?: Record<string, string | undefined>
  body?: string | Uint8Array
  caller: Caller
  trace: Trace
  /** When the caller stops waiting, in milliseconds since 1970. */
  deadline?: number
  ip?: string
  url?: string
}
/** Answers requests of one service in this process; the trace of the request is that of the answer. */
export type LocalService = (route: Route, request: ServiceRequest) => Promise<Answer>

export interface ServiceCalls {
  /** Throws a Refusal (unavailable, deadline-exceeded) when there was no answer. */
  call(route: Route, request: ServiceRequest): Promise<Answer>
  /** True while calls to this service are let through. */
  isOpenFor(service: ServiceName): boolean
  /** Its calls end by the deadline, or by that of their route, whichever comes first. */
  client<A extends Api>(api: A, from: ServiceName, trace: Trace, deadline?: number): ClientOf<A>
  close(): Promise<void>
}

const defaultDeadlineSeconds = 3
/** The part of a caller's time that is kept for the way back, so that it gets our answer and not its own timeout. */
const wayBack = 0.1

/** Until when the calls may take that answer a caller with this deadline. */
export function answerDeadline(deadline: number | undefined): number {
  if (deadline === undefined) return Number.POSITIVE_INFINITY
  return deadline - Math.max(0, Math.round((deadline - Date.now()) * wayBack))
}

export function makeServiceCalls(options: {
  local: ReadonlyMap<ServiceName, LocalService>
  /** Where the others are, as http://host:port. */
  remotes: Partial<Record<ServiceName, string>>
  tokens: ServiceTokens
  log: Log
}): ServiceCalls {
  const pools = new Map<ServiceName, Pool>()
  const breakers = new Map<ServiceName, CircuitBreaker>()

  const serviceCalls: ServiceCalls = {
    async call(route, request) {
      const now = Date.now()
      const deadline = Math.min(
        request.deadline ?? Number.POSITIVE_INFINITY,
        now + (route.deadlineSeconds ?? defaultDeadlineSeconds) * 1000,
      )
      if (deadline <= now) throw tooLate(route)
      const breaker = breakerOf(route.service)
      if (!breaker.mayCall())
        throw new Refusal('unavailable', 503, `The ${route.service} service is not answering just now.`, {
          retryAfterSeconds: 5,
        })
      try {
        const answer = await withDeadline(send(route, { ...request, deadline }), deadline, route)
        if (answer.status === 503 || answer.status === 504) breaker.failed()
        else breaker.succeeded()
        return answer
      } catch (error) {
        breaker.failed()
        if (error instanceof Refusal) throw error
        options.log.warn(
          { service: route.service, route: route.name, error: String(error) },
          'A service could not be reached.',
        )
        throw new Refusal('unavailable', 503, `The ${route.service} service is not answering just now.`)
      }
    },
    isOpenFor: (service) => !breakerOf(service).isOpen,
    client: (api, from, trace, deadline) =>
      makeClient(api, (route, input: CallInput) =>
        serviceCalls.call(route, {
          params: input.params,
          query: input.query,
          headers: input.headers,
          body:
            input.body === undefined
              ? undefined
              : input.body instanceof Uint8Array
                ? input.body
                : JSON.stringify(input.body),
          caller: { service: from, role: 'anonymous' },
          trace,
          deadline,
        }),
      ),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
  return serviceCalls

  async function send(route: Route, request: ServiceRequest & { deadline: number }): Promise<Answer> {
    const local = options.local.get(route.service)
    if (local) return local(route, { ...request, trace: childOf(request.trace) })
    return sendByHttp(poolOf(route.service), route, request)
  }

  async function sendByHttp(pool: Pool, route: Route, request: ServiceRequest & { deadline: number }): Promise<Answer> {
    const query = typeof request.query === 'string' ? request.query : queryOf(request.query)
    const waitMs = Math.max(1, request.deadline - Date.now())
    const response = await pool.request({
      method: route.method,
      path: query ? `${pathOf(route, request.params)}?${query}` : pathOf(route, request.params),
      headers: {
        ...request.headers,
        ...(request.body !== undefined && !request.headers?.['content-type']
          ? { 'content-type': 'application/json' }
          : {}),
        authorization: `Bearer ${options.tokens.mint(request.caller, route.service)}`,
        traceparent: traceparentOf(request.trace),
        // What is left, not until when: the clocks of two machines differ.
        'x-time-left-ms': String(waitMs),
        ...(request.ip ? { 'x-client-ip': request.ip } : {}),
      },
      body: request.body,
      headersTimeout: waitMs,
      bodyTimeout: waitMs,
    })
    const body = Buffer.from(await response.body.arrayBuffer())
    return { status: response.statusCode, headers: response.headers as Record<string, string>, body }
  }

  function poolOf(service: ServiceName): Pool {
    let pool = pools.get(service)
    if (!pool) {
      const url = options.remotes[service]
      if (!url) throw new Error(`Nobody said where the ${service} service runs: set ${service.toUpperCase()}_URL.`)
      // Idle connections end before the server's keep-alive (10 s) does, or a reused one may just have been closed.
      pool = new Pool(url, { connections: 64, pipelining: 1, keepAliveTimeout: 4_000, connectTimeout: 2_000 })
      pools.set(service, pool)
    }
    return pool
  }
  function breakerOf(service: ServiceName): CircuitBreaker {
    let breaker = breakers.get(service)
    if (!breaker) {
      breaker = makeCircuitBreaker()
      breakers.set(service, breaker)
    }
    return breaker
  }
}

function withDeadline<T>(work: Promise<T>, deadline: number, route: Route): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate(route)), Math.max(0, deadline - Date.now()))
    work.then(resolve, reject).then(() => clearTimeout(timer))
  })
}

function tooLate(route: Route): Refusal {
  return new Refusal('deadline-exceeded', 504, `The ${route.service} service did not answer in time.`)
}
