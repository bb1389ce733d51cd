// The connections to one instance of a service in another process: its pool, one call over it, and the probe of its health.
import type { Answer } from '@souk/contracts'
import { Client, type Dispatcher, Pool } from 'undici'
import { drainingHeader, readyPath } from '../http/health-routes.ts'
import { hadNoConnection } from './call-failures.ts'
import type { ProbeResult } from './instances.ts'
import type { Connector } from './tls-connector.ts'

/** Idle connections end before the server's keep-alive (10 s) does, whatever the server says, or a reused one may just have been closed. */
const connectionOptions = { pipelining: 1, keepAliveTimeout: 4_000, keepAliveMaxTimeout: 4_000, connectTimeout: 2_000 }
const mostConnections = 64
/** Behind an address that stands for several processes (a Kubernetes Service), a connection stays with one; new ones must get their share. */
const oldestConnectionMs = 60_000
const probeMs = 1_000

export type HttpMessage = Pick<Dispatcher.RequestOptions, 'method' | 'path' | 'body'> & {
  headers: Record<string, string | undefined>
}
export interface InstanceConnections {
  /** As http://host:port. */
  readonly address: string
  /** Resolves when the head of the answer has arrived. Rejects when there was none within `waitMs`. */
  request(message: HttpMessage, waitMs: number): Promise<Dispatcher.ResponseData>
  /** The same on a new connection: those of the pool may just have ended, too. */
  requestAnew(message: HttpMessage, waitMs: number): Promise<Dispatcher.ResponseData>
  probe(): Promise<ProbeResult>
  close(): Promise<void>
}

/**
 * Connections are opened when they are first needed, 64 at most. A call on one that is older than `clientTtl` opens a new one, and the
 * old one ends after its answer. `connect`: how, for TLS.
 */
export function connectTo(
  address: string,
  connect?: Connector,
  clientTtl: number = oldestConnectionMs,
): InstanceConnections {
  const options = { ...connectionOptions, connect }
  const pool = new Pool(address, { ...options, connections: mostConnections, clientTtl })
  const optionsOf = (message: HttpMessage, waitMs: number) => ({
    ...message,
    headersTimeout: waitMs,
    bodyTimeout: waitMs,
  })
  return {
    address,
    request: (message, waitMs) => pool.request(optionsOf(message, waitMs)),
    async requestAnew(message, waitMs) {
      const client = new Client(address, options)
      try {
        return await client.request(optionsOf(message, waitMs))
      } finally {
        void client.close() // Resolves when the answer has been read.
      }
    },
    async probe() {
      try {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: readyPath,
          signal: AbortSignal.timeout(probeMs),
        })
        await body.dump()
        return statusCode < 500 ? 'ready' : 'not-ready' // A release from before the route answers 404.
      } catch (error) {
        return hadNoConnection(error) ? 'unreachable' : 'not-ready'
      }
    },
    close: () => pool.close(),
  }
}

/** Reads an answer to its end. `isDraining`: its instance is about to stop. */
export async function readAnswer(response: Dispatcher.ResponseData): Promise<{ answer: Answer; isDraining: boolean }> {
  const headers = response.headers as Record<string, string> // Those that come more than once are lists; they pass through as such.
  const isDraining = headers[drainingHeader] !== undefined
  if (isDraining) delete headers[drainingHeader]
  const body = Buffer.from(await response.body.arrayBuffer())
  return { answer: { status: response.statusCode, headers, body }, isDraining }
}
