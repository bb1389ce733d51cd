// Sends the responses of the gateway. Every response leaves through here, so none lacks its security and CORS headers, its log
// line or its measurement. They are written to Node's response directly, from lists of headers that are mostly built in advance.
import type { Answer, Route } from '@souk/contracts'
import { lingerAfterAnswer, Refusal } from '@souk/service'
import type { GatewayContext } from '../context.ts'
import type { Cors } from '../protect/cors.ts'
import type { SecurityHeaders } from '../protect/security-headers.ts'
import { isPublicRead } from '../representation/compression.ts'
import { forPeople } from '../site/problem-page.ts'
import { makeAccessLog } from './access-log.ts'
import { returnedHeaders } from './forwarded-headers.ts'
import { contextOf, type HttpReply, type HttpRequest } from './request-context.ts'
import { makeSecurityEvents } from './security-events.ts'

/** Of a body whose answer is known before it has arrived. */
const mostBytesAwaited = 64 * 1024

export interface OutgoingAnswer extends Omit<Answer, 'headers'> {
  headers: Readonly<Record<string, string | string[]>>
  /** Why it was refused, for the log. */
  code?: string
  /** Headers that only the gateway itself may send: name, value, name, value. */
  extra?: readonly string[]
}

export interface Responder {
  /** Sends an answer with the headers that all answers have. `error`: why the gateway itself refuses. */
  send(request: HttpRequest, reply: HttpReply, answer: OutgoingAnswer, error?: Error): void
  /** Sends a body with headers (name, value, name, value) that were prepared before: for cached answers. */
  sendPrepared(request: HttpRequest, reply: HttpReply, status: number, headers: readonly string[], body?: Buffer): void
  /** Sends the headers of an answer that stays open, and returns Node's response. The log tells how long it took until then. */
  startStream(request: HttpRequest, reply: HttpReply, answer: OutgoingAnswer): HttpReply['raw']
}

export function makeResponder(context: GatewayContext, security: SecurityHeaders, cors: Cors): Responder {
  const { log } = context
  const record = makeAccessLog(context)
  const noteSecurityEvent = makeSecurityEvents(context)

  return {
    send(request, reply, given, error) {
      const answer = forPeople(request, given)
      const headers = headersOf(request, answer)
      if (answer.status !== 204 && answer.status !== 304)
        headers.push('content-length', String(Buffer.byteLength(answer.body)))
      if (isSendingMuch(request)) {
        headers.push('connection', 'close')
        lingerAfterAnswer(request.raw.socket)
      }
      writeHead(request, reply, answer.status, headers).end(answer.body.length === 0 ? undefined : answer.body)
      if (answer.status === 500 && error)
        log.error({ service: 'gateway', err: error, traceId: request.id }, 'A request failed.')
      record(request, answer.status, error instanceof Refusal ? error.code : answer.code)
      if (error instanceof Refusal) noteSecurityEvent(request, error)
    },
    sendPrepared(request, reply, status, headers, body) {
      writeHead(request, reply, status, headers.slice()).end(body) // `vary` is among them.
      record(request, status)
    },
    startStream(request, reply, answer) {
      const response = writeHead(request, reply, answer.status, headersOf(request, answer))
      record(request, answer.status)
      return response
    },
  }

  function headersOf(request: HttpRequest, answer: OutgoingAnswer): string[] {
    const headers = returnedHeaders(answer.headers)
    headers.push(...(answer.extra ?? []))
    if (!answer.headers['cache-control']) headers.push('cache-control', 'no-store')
    if (answer.status === 401 && !answer.headers['www-authenticate'])
      headers.push('www-authenticate', challengeTo(request))
    const { route } = contextOf(request)
    security.addTo(headers, answer.headers, route?.securityPolicy)
    const vary = variesBy(route, cors.variesByOrigin)
    if (vary) headers.push('vary', vary)
    return headers
  }

  function writeHead(request: HttpRequest, reply: HttpReply, status: number, headers: string[]) {
    headers.push('x-request-id', contextOf(request).trace.traceId)
    cors.addTo(headers, request.headers.origin)
    reply.hijack()
    return reply.raw.writeHead(status, headers)
  }
}

/** By which headers of a request the answers of a route differ, for caches (RFC 9110, 12.5.5). */
export function variesBy(route: Route | undefined, origin: boolean): string | undefined {
  if (route?.live) return origin ? 'accept, origin' : 'accept'
  if (route && isPublicRead(route)) return origin ? 'accept-encoding, origin' : 'accept-encoding'
  return origin ? 'origin' : undefined
}

/** How a client can say who it is (RFC 9110, 11.6.1; RFC 6750, 3). */
function challengeTo(request: HttpRequest): string {
  return request.headers.authorization === undefined
    ? 'Bearer realm="souk"'
    : 'Bearer realm="souk", error="invalid_token"'
}

/** The rest of a large body is not awaited when the answer is known before. */
function isSendingMuch({ raw }: HttpRequest): boolean {
  if (raw.complete) return false
  return raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length']) > mostBytesAwaited
}
