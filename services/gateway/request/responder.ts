// One request from outside, from its first byte to its log line: its trace, whose it is, and how it is answered. Every
// response of the gateway leaves through this desk, so none lacks its headers, its log line or its measurement.
import type { IncomingMessage } from 'node:http'
import type { Answer, Route } from '@souk/contracts'
import { continueTrace, type Trace } from '@souk/messaging'
import { type bareServer, type Caller, orderIdIn, Refusal, round, type ServerOptions } from '@souk/service'
import { beginSpan } from '@souk/service/run/telemetry'
import type { GatewayContext } from '../context.ts'
import type { Origins } from '../protect/cors.ts'
import { clientAddress } from './client-address.ts'
import { passedBack, type SecurityHeaders } from './forwarded-headers.ts'

export type Server = ReturnType<typeof bareServer>
type Send = NonNullable<ServerOptions['send']>
export type HttpRequest = Parameters<Send>[0]
export type HttpReply = Parameters<Send>[1]

export interface Visit {
  readonly trace: Trace
  readonly startedAt: number
  readonly ip: string
  route?: Route
  caller: Caller
  /** Where the answer of a public read came from. */
  cache?: 'hit' | 'stale' | 'miss'
  endSpan?: (failed: boolean) => void
}
export interface Outgoing extends Omit<Answer, 'headers'> {
  headers: Readonly<Record<string, string | string[]>>
  code?: string
  /** Headers that only the gateway itself may send: name, value, name, value. */
  extra?: readonly string[]
}

const visitKey = Symbol('visit')
type Marked = IncomingMessage & { [visitKey]?: Visit }
export const nobody: Caller = { service: 'gateway', role: 'anonymous' }

/** Begins a visit; called once per request, by whoever needs its id first. */
export function beginVisit(request: IncomingMessage, trustedProxies: number): Visit {
  const visit: Visit = {
    trace: continueTrace(request.headers.traceparent as string | undefined),
    startedAt: performance.now(),
    ip: clientAddress(request, trustedProxies),
    caller: nobody,
  }
  ;(request as Marked)[visitKey] = visit
  return visit
}
export function visitOf(request: HttpRequest): Visit {
  return (request.raw as Marked)[visitKey] as Visit
}
/** The visit has found its route. */
export function arrive(visit: Visit, route: Route): void {
  visit.route = route
  visit.endSpan = beginSpan('server', `${route.method} ${route.path}`, visit.trace, { 'http.route': route.path })
}

export interface Desk {
  /** Sends an answer: what the service said, and what we add to everything. `error`: why we refuse by ourselves. */
  finish(request: HttpRequest, reply: HttpReply, answer: Outgoing, error?: Error): void
  /** Sends bytes with headers that were put together before: for answers that many ask for. */
  finishReady(request: HttpRequest, reply: HttpReply, status: number, headers: readonly string[], body?: Buffer): void
  /**
   * For answers that stay open: takes the connection from Fastify and gives the headers that all answers have. What is
   * logged and measured is how long it took until then.
   */
  takeOver(request: HttpRequest, reply: HttpReply, answer: Outgoing): HttpReply['raw']
}

export function openDesk(context: GatewayContext, security: SecurityHeaders, origins: Origins): Desk {
  const { log, metrics } = context
  return { finish, finishReady, takeOver }

  function finish(request: HttpRequest, reply: HttpReply, answer: Outgoing, error?: Error) {
    begin(request, reply, answer).end(answer.body.length === 0 ? undefined : answer.body)
    if (answer.status === 500 && error)
      log.error({ service: 'gateway', err: error, traceId: request.id }, 'A request failed.')
    record(request, answer.status, error instanceof Refusal ? error.code : answer.code)
  }

  function takeOver(request: HttpRequest, reply: HttpReply, answer: Outgoing) {
    const response = begin(request, reply, answer)
    record(request, answer.status)
    return response
  }

  function begin(request: HttpRequest, reply: HttpReply, answer: Outgoing) {
    const headers = passedBack(answer.headers)
    headers.push(...(answer.extra ?? []))
    const isOpenEnded = String(answer.headers['content-type']).startsWith('text/event-stream')
    if (!isOpenEnded && answer.status !== 204 && answer.status !== 304)
      headers.push('content-length', String(Buffer.byteLength(answer.body)))
    if (!answer.headers['cache-control']) headers.push('cache-control', 'no-store')
    security.addTo(headers, answer.headers, request.raw.url ?? '/')
    // What is left of a body that is too large or too slow is not waited for.
    if (answer.status === 413 || answer.status === 408) headers.push('connection', 'close')
    return write(request, reply, answer.status, headers)
  }

  function finishReady(
    request: HttpRequest,
    reply: HttpReply,
    status: number,
    headers: readonly string[],
    body?: Buffer,
  ) {
    write(request, reply, status, headers.slice()).end(body)
    record(request, status)
  }

  function write(request: HttpRequest, reply: HttpReply, status: number, headers: string[]) {
    headers.push('x-request-id', visitOf(request).trace.traceId)
    origins.addTo(headers, request.headers.origin)
    reply.hijack()
    return reply.raw.writeHead(status, headers)
  }

  function record(request: HttpRequest, status: number, code?: string) {
    const visit = visitOf(request)
    const milliseconds = performance.now() - visit.startedAt
    const route = visit.route ? `${visit.route.service}.${visit.route.name}` : 'none'
    metrics.request('gateway', route, status, milliseconds / 1000)
    log.info(
      {
        service: 'gateway',
        method: request.method,
        route,
        status,
        ms: round(milliseconds),
        traceId: visit.trace.traceId,
        userId: visit.caller.userId,
        orderId: visit.route && orderIdIn(visit.route, request.params as Record<string, unknown>),
        cache: visit.cache,
        code,
      },
      'request',
    )
    visit.endSpan?.(status >= 500)
  }
}
