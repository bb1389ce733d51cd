// The HTTP server of services that run without the gateway: one Fastify route per contract route, with the same answers as in process.
// Callers prove who they are by a service token; no other header is believed.
import type { Answer, Route, ServiceName } from '@souk/contracts'
import { continueTrace } from '@souk/messaging'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { LocalService, ServiceRequest } from '../calls/service-request.ts'
import type { Caller, ServiceTokens } from '../calls/service-token.ts'
import { type HttpServers, httpServers, type ServerLimits } from './http-server.ts'
import { answerOf, Refusal } from './refusals.ts'
import { wrongHead } from './request-head.ts'
import type { ServerTls } from './tls-server.ts'

/** Bytes in a body, unless the contract says otherwise. */
export const defaultBodyLimit = 64 * 1024
/** For a service that only other services call, each over at most 64 connections. */
const defaultLimits: ServerLimits = {
  headerSeconds: 10,
  requestSeconds: 30,
  connections: 10_000,
  connectionsPerClient: 10_000,
}

export interface ServerOptions {
  trustProxy?: boolean
  /** Sends the server's own refusals: not found, too large, unreadable (`sendAnswer`). `error` is Fastify's reason, if any. */
  send?: (request: FastifyRequest, reply: FastifyReply, answer: Answer, error?: Error) => void
  /** Headers of the answer to a connection that sent no readable request. */
  headers?: Readonly<Record<string, string>>
  limits?: ServerLimits
  /** How long requests in hand may take when the server is closed, in seconds (15). */
  stopSeconds?: number
  /** TLS in place of plain HTTP, which is then refused with a sentence. */
  tls?: ServerTls
}
const defaultStopSeconds = 15
const idleCheckMs = 50

/**
 * A Fastify server with our limits. It hands bodies over as bytes, and its own refusals are problem+json. Whoever uses it refuses a
 * `wrongHead` before anything else.
 */
export function bareServer(options: ServerOptions = {}): FastifyInstance {
  const send = options.send ?? ((_request, reply, answer) => void sendAnswer(reply, answer))
  const servers = httpServers(options.limits ?? defaultLimits, options.headers ?? {}, options.tls)
  const server = Fastify({
    logger: false,
    trustProxy: options.trustProxy ?? false,
    bodyLimit: defaultBodyLimit,
    serverFactory: servers.make,
    clientErrorHandler: () => undefined, // The server answers itself.
    routerOptions: { maxParamLength: 500, caseSensitive: true, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // A request that arrives on an open connection just then is answered as the others in hand.
    frameworkErrors: (error, request, reply) => send(request, reply, refusedByServer(error, request.id), error),
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    send(request, reply, refusedByServer(error, request.id), error)
  })
  server.setNotFoundHandler((request, reply) => {
    const sentence = `There is nothing at ${request.method} ${request.url.split('?')[0]}.`
    send(request, reply, answerOf(new Refusal('not-found', 404, sentence), request.id))
  })
  closeGracefully(server, servers, options.stopSeconds ?? defaultStopSeconds)
  return server
}

const drains = new WeakMap<FastifyInstance, () => void>()

/** From now on every answer of this server ends its connection and says that the process is about to stop. It still takes requests. */
export function drain(server: FastifyInstance): void {
  drains.get(server)?.()
}

/** Makes `server.close()` end when the requests in hand are answered, and within `seconds` in every case. */
function closeGracefully(server: FastifyInstance, servers: HttpServers, seconds: number): void {
  let idleCheck: NodeJS.Timeout | undefined
  let timeLimit: NodeJS.Timeout | undefined
  drains.set(server, servers.drain)
  server.addHook('preClose', async () => {
    servers.drain()
    // A connection whose answer had begun before becomes idle only when all of it has been sent, so we look again and again.
    idleCheck = setInterval(servers.closeIdle, idleCheckMs)
    timeLimit = setTimeout(servers.closeAll, seconds * 1000)
  })
  server.addHook('onClose', async () => {
    clearInterval(idleCheck)
    clearTimeout(timeLimit)
  })
}

export interface ServedService {
  name: ServiceName
  routes: readonly Route[]
  answer: LocalService
}

/**
 * One server for these services; it does not listen yet. Requests without a valid service token are refused (not-signed-in). No two
 * services have a route in common, because the gateway serves all of them on one port, too.
 */
export function serveServices(
  services: readonly ServedService[],
  tokens: ServiceTokens,
  tls?: ServerTls,
): FastifyInstance {
  const server = bareServer({ tls })
  server.addHook('onRequest', (request, reply, done) => {
    const refusal = wrongHead(request.raw)
    if (refusal) sendAnswer(reply, answerOf(refusal, request.id))
    else done()
  })
  for (const { name, route, answer } of services.flatMap((one) => one.routes.map((route) => ({ ...one, route })))) {
    server.route({
      method: route.method,
      url: route.path,
      bodyLimit: route.bodyLimit ?? defaultBodyLimit,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const caller = await tokens.verify(request.headers.authorization?.replace(/^Bearer /, ''), name)
        if (caller) return sendAnswer(reply, await answer(route, requestOf(request, caller)))
        const refusal = new Refusal('not-signed-in', 401, 'This service answers other services only.')
        return sendAnswer(reply, answerOf(refusal, request.id))
      },
    })
  }
  return server
}

/** The casts say what Fastify promises: path parameters are an object, a header that comes once is a text, bodies are bytes. */
function requestOf(request: FastifyRequest, caller: Caller): ServiceRequest {
  return {
    params: request.params as Record<string, unknown>,
    query: queryText(request),
    headers: request.headers as Record<string, string>,
    body: request.body as Uint8Array | undefined,
    caller,
    trace: continueTrace(request.headers.traceparent as string | undefined),
    deadline: deadlineOf(request),
    ip: (request.headers['x-client-ip'] as string | undefined) ?? request.ip,
    url: request.url,
  }
}

/** The caller says how long it still waits, because the clocks of two machines differ. */
function deadlineOf(request: FastifyRequest): number | undefined {
  const left = Number(request.headers['x-time-left-ms'])
  return left > 0 ? Date.now() + left : undefined
}

/** The query of a request's URL, as it was sent. */
export function queryText(request: FastifyRequest): string {
  const mark = request.url.indexOf('?')
  return mark < 0 ? '' : request.url.slice(mark + 1)
}

/** Sends an answer. Its body is already bytes or text. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status)
  for (const name of Object.keys(answer.headers)) {
    if (name !== 'connection' && name !== 'transfer-encoding' && name !== 'content-length' && name !== 'keep-alive')
      reply.header(name, answer.headers[name])
  }
  return reply.send(answer.body.length === 0 ? undefined : answer.body)
}

/** What Fastify itself refuses: bodies too large, malformed requests. */
export function refusedByServer(error: Error & { statusCode?: number; code?: string }, requestId: string): Answer {
  if (error instanceof Refusal) return answerOf(error, requestId)
  const status = error.statusCode ?? 500
  if (status === 413)
    return answerOf(new Refusal('too-large', 413, 'The body is larger than this route takes.'), requestId)
  if (status === 415)
    return answerOf(new Refusal('unsupported-media-type', 415, 'Send this body as application/json.'), requestId)
  if (status >= 400 && status < 500)
    return answerOf(new Refusal('invalid-request', 400, 'The request cannot be read.'), requestId)
  return answerOf(new Refusal('internal-error', 500, 'Something went wrong on our side. It has been noted.'), requestId)
}
