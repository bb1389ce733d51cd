// Why a call between processes got no answer, read from the errors of undici and of Node's sockets, and whether it may be repeated.
import type { Route } from '@souk/contracts'
import type { ServiceRequest } from './service-request.ts'

/** Codes of connections that could not be made, whatever was being done. */
const unconnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
const reset: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const timeout: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** True when there was no connection: no byte of the request was sent. */
export function hadNoConnection(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  return unconnected.has(code ?? '') || syscall === 'connect' || syscall === 'getaddrinfo'
}

/** True when the connection ended. For an error before the head of the answer, when no byte of it has arrived. */
export function wasReset(error: unknown): boolean {
  return reset.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}

/** True when the time ran out that the call had. */
export function wasTimeout(error: unknown): boolean {
  return timeout.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}

/** True when the request has the same effect twice as once (RFC 9110, 9.2.2), by its method or by its Idempotency-Key. */
export function isRepeatable({ method, idempotencyKey }: Route, { headers }: ServiceRequest): boolean {
  if (method === 'GET' || method === 'PUT' || method === 'DELETE') return true
  return idempotencyKey !== undefined && Boolean(headers?.['idempotency-key'])
}
