// What the gateway knows of one request from outside while it answers it: its trace, where it comes from, its route, who sent it.
import type { IncomingMessage } from 'node:http'
import type { Route } from '@souk/contracts'
import { beginTrace, type Trace } from '@souk/messaging'
import type { bareServer, Caller, ServerOptions } from '@souk/service'
import { beginSpan, type Span } from '@souk/service/run/telemetry'
import { clientAddress } from './client-address.ts'

export type Server = ReturnType<typeof bareServer>
type Send = NonNullable<ServerOptions['send']>
export type HttpRequest = Parameters<Send>[0]
export type HttpReply = Parameters<Send>[1]
export type HttpHandler = (request: HttpRequest, reply: HttpReply) => Promise<void>

export interface RequestContext {
  readonly trace: Trace
  readonly startedAt: number
  clientIp: string
  /** A page of the shop front asks for its visitor, whose request for the page has been counted. */
  isForPage?: true
  /** The trace that the client says it is in: noted beside ours, never continued. */
  readonly clientTraceId?: string
  route?: Route
  caller: Caller
  /** Where the answer of a cached read came from. */
  cache?: 'hit' | 'stale' | 'miss'
  span?: Span
}

export const anonymous: Caller = { service: 'gateway', role: 'anonymous' }

const contextKey = Symbol('request context')
type WithContext = IncomingMessage & { [contextKey]?: RequestContext }

/** Called once per request, before it has been routed: the answers to unreadable requests need a trace, too. */
export function beginRequest(request: IncomingMessage, trustedProxies: number): RequestContext {
  const context: RequestContext = {
    trace: beginTrace(), // Not the client's: whoever chooses a trace id could add to the traces of others.
    startedAt: performance.now(),
    clientIp: clientAddress(request, trustedProxies),
    clientTraceId: traceIdIn(request.headers.traceparent),
    caller: anonymous,
  }
  ;(request as WithContext)[contextKey] = context
  return context
}

/** The trace id in a W3C traceparent header. https://www.w3.org/TR/trace-context/#traceparent-header */
function traceIdIn(traceparent: string | string[] | undefined): string | undefined {
  return traceparent === undefined
    ? undefined
    : /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(String(traceparent))?.[1]
}

export function contextOf(request: HttpRequest): RequestContext {
  return (request.raw as WithContext)[contextKey] as RequestContext // Set by beginRequest, before any hook or handler.
}

/** Notes the route of a request and begins its span. */
export function setRoute(context: RequestContext, route: Route): void {
  context.route = route
  context.span = beginSpan(
    'server',
    `${route.method} ${route.path}`,
    { trace: context.trace, service: 'gateway' },
    {
      'http.request.method': route.method,
      'http.route': route.path,
      'url.scheme': 'http',
      'souk.client_trace_id': context.clientTraceId,
    },
  )
}

/** The path parameters; `*` is what stands for the wildcard at a path's end. */
export function pathParams(request: HttpRequest): Record<string, string> {
  return request.params as Record<string, string> // Fastify's router gives texts only.
}
