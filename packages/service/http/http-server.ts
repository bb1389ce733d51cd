// Node's HTTP server with our limits: how long headers and a whole request may take, how many connections there may be, and what
// is answered to bytes that are no HTTP request. Its refusals are problems, too; it writes them to the connection itself.
import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { newTrace } from '@souk/messaging'
import { drainingHeader } from './health-routes.ts'
import { answerOf, Refusal } from './refusals.ts'
import { originForm } from './request-head.ts'
import { createTlsServer, type ServerTls } from './tls-server.ts'

export interface ServerLimits {
  /** Until when the headers of a request must have arrived, and the whole request with its body. Checked twice a second. */
  headerSeconds: number
  requestSeconds: number
  /** Connections in all, and from one client. */
  connections: number
  connectionsPerClient: number
  /** Which client an address belongs to; by default each is one. */
  clientOf?: (address: string) => string
}
const largestHeaderBytes = 16 * 1024

const keepAliveMs = 10_000
const checkTimesMs = 500
/** How long a client that is still sending may go on, so that it reads the answer before the connection is gone. */
const lingerMs = 2_000
/** Of the connections above the limit, this many at a time are told why. */
const mostToldWhy = 100

type Headers = Readonly<Record<string, string>>

export interface HttpServers {
  make(handler: RequestListener): Server
  /** From now on each answer ends its connection, also that of a request in hand, and says that this process is about to stop. */
  drain(): void
  /** Ends the connections without a request. */
  closeIdle(): void
  closeAll(): void
}

/** Makes the servers of one address list (localhost has two); they share the limits of connections. `headers`: on every refusal. */
export function httpServers(limits: ServerLimits, headers: Headers, tls?: ServerTls): HttpServers {
  const connections = countConnections(limits, headers)
  const servers: Server[] = []
  /** Over TLS, a request belongs to this socket and not to that of the connection. */
  const secured = new Set<Socket>()
  let isDraining = false
  return {
    make,
    drain() {
      isDraining = true
      for (const socket of tls ? secured : connections.open) endAfterAnswer((socket as WithAnswer)._httpMessage)
    },
    closeIdle() {
      for (const server of servers) server.closeIdleConnections()
    },
    closeAll() {
      for (const server of servers) server.closeAllConnections()
    },
  }

  function make(handler: RequestListener): Server {
    const options = {
      maxHeaderSize: largestHeaderBytes,
      headersTimeout: limits.headerSeconds * 1000,
      requestTimeout: limits.requestSeconds * 1000,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkTimesMs,
      requireHostHeader: false, // Node would answer without a body. wrongHead checks it.
    }
    const refusePlain = (socket: Socket) => refuseConnection(socket, notTls, headers)
    const server = tls ? createTlsServer(options, tls, options.headersTimeout, refusePlain) : createServer(options)
    server.maxHeadersCount = 0 // Node would drop the others silently. wrongHead counts them.
    const answer: RequestListener = (request, response) => {
      // After an answer with `connection: close` no further request is processed (RFC 9112, 9.6).
      if (request.socket.writableEnded) {
        request.socket.destroy()
        return
      }
      if (isDraining) endAfterAnswer(response)
      if (request.url?.[0] !== '/') request.url = originForm(request)
      handler(request, response)
    }
    server.on('request', answer)
    // Told to go on (writeContinue) only when nothing is wrong with the headers, or refused by wrongHead.
    server.on('checkContinue', answer)
    server.on('checkExpectation', answer)
    server.on('connect', (_request, socket) => refuseConnection(socket as Socket, noTunnel, { allow: '', ...headers }))
    server.on('clientError', (error: ClientError, socket) => {
      if (error.code === 'ECONNRESET' || socket.destroyed) return
      refuseConnection(socket as Socket, refusalOf(error), headers)
    })
    server.on('secureConnection', (socket: Socket) => {
      secured.add(socket)
      socket.once('close', () => secured.delete(socket))
    })
    connections.limit(server)
    servers.push(server)
    return server
  }
}

/** Node's answer to the request that a connection is busy with. */
type WithAnswer = Socket & { _httpMessage?: ServerResponse | null }
function endAfterAnswer(response: ServerResponse | null | undefined): void {
  if (!response || response.headersSent) return
  response.shouldKeepAlive = false
  response.setHeader(drainingHeader, '1')
}

type ClientError = Error & { code?: string; rawPacket?: Buffer }
const notTls = new Refusal('invalid-request', 400, 'This server speaks TLS. Use an address that begins with https://.')
const noTunnel = new Refusal('method-not-allowed', 405, 'This server makes no tunnels.')

function refusalOf({ code, rawPacket }: ClientError): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return rawPacket && overflowsInTarget(rawPacket)
        ? new Refusal('uri-too-long', 414, 'The address is longer than this server takes.')
        : new Refusal('headers-too-large', 431, 'The headers are larger than this server takes.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Refusal('too-large', 413, 'The chunk extensions are larger than this server takes.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('timed-out', 408, 'The request did not arrive in time.')
    default:
      return new Refusal('invalid-request', 400, 'This is not an HTTP request that can be read.')
  }
}

function overflowsInTarget(packet: Buffer): boolean {
  const lineLength = packet.indexOf('\n')
  return /^[A-Z]+ /.test(packet.toString('latin1', 0, 20)) && (lineLength < 0 || lineLength > largestHeaderBytes)
}

/** Answers on the connection itself, when there is no request that could be answered, and closes it. */
function refuseConnection(socket: Socket, refusal: Refusal, headers: Headers): void {
  const inProgress = (socket as WithAnswer)._httpMessage
  if (!socket.writable || inProgress?.headersSent) {
    socket.destroy() // Nothing may be written into another answer.
    return
  }
  const requestId = newTrace().traceId
  const answer = answerOf(refusal, requestId)
  const lines = Object.entries({
    ...answer.headers,
    'content-length': String(Buffer.byteLength(answer.body)),
    'cache-control': 'no-store',
    connection: 'close',
    'x-request-id': requestId,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join('')}\r\n${answer.body}`)
  closeAfterReading(socket)
}

/**
 * Closes a connection whose client may still be sending. Closed at once, it would be reset, and the client could lose the
 * answer (RFC 9112, 9.6): so only our side is ended, and what arrives until the client has read it is thrown away.
 */
function closeAfterReading(socket: Socket): void {
  socket.end()
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}

/** To be called before an answer that closes a connection while its request is still arriving. */
export function lingerAfterAnswer(socket: Socket): void {
  socket.destroySoon = () => closeAfterReading(socket) // Node calls it when the answer has been written.
}

function countConnections(
  { connections, connectionsPerClient, clientOf = (address) => address }: ServerLimits,
  headers: Headers,
) {
  const perClient = new Map<string, number>()
  const open = new Set<Socket>()
  let beingTold = 0

  return {
    /** The connections that reached a server. */
    open: open as ReadonlySet<Socket>,
    /** From now on, connections above the limits do not reach the server. */
    limit(server: Server): void {
      const accept = server.listeners('connection') as ((socket: Socket) => void)[]
      server.removeAllListeners('connection')
      server.on('connection', (socket: Socket) => {
        const client = clientOf(socket.remoteAddress ?? '')
        const own = perClient.get(client) ?? 0
        if (open.size >= connections || own >= connectionsPerClient) {
          tellWhy(socket)
          return
        }
        open.add(socket)
        perClient.set(client, own + 1)
        socket.once('close', () => leave(socket, client))
        for (const one of accept) one.call(server, socket)
      })
    },
  }

  function leave(socket: Socket, client: string): void {
    open.delete(socket)
    const left = (perClient.get(client) ?? 1) - 1
    if (left === 0) perClient.delete(client)
    else perClient.set(client, left)
  }
  function tellWhy(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    if (beingTold >= mostToldWhy) {
      socket.destroy()
      return
    }
    beingTold += 1
    socket.once('close', () => {
      beingTold -= 1
    })
    refuseConnection(
      socket,
      new Refusal('too-many-connections', 503, 'Too many connections are open. Close some.'),
      headers,
    )
  }
}
