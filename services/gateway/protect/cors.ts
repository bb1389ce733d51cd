// CORS: scripts of listed sites may read our answers, scripts of others may not. Our own and not @fastify/cors: that answers
// in a hook of every request and sets headers on Fastify's reply, and our responses are written to Node directly.
// https://fetch.spec.whatwg.org/#http-cors-protocol
import type { IncomingHttpHeaders } from 'node:http'
import type { AllowedOrigins } from './allowed-origins.ts'

export interface Cors {
  /** Whether answers differ by the origin that asks. */
  readonly variesByOrigin: boolean
  /** Adds to a list (name, value, name, value) the headers that let a listed site read this answer. */
  addTo(headers: string[], origin: string | undefined): void
  /** The headers that answer a preflight request of a listed site; none for other sites. `methods`: of that path. */
  preflight(headers: IncomingHttpHeaders, methods: string): readonly string[]
}

const allowedHeaders =
  'content-type, authorization, if-match, if-none-match, idempotency-key, order-key, cart-id, traceparent'
const exposedHeaders =
  'etag, location, retry-after, x-request-id, set-auth-token, idempotent-replayed, www-authenticate'
const preflightSeconds = 600

export function makeCors({ listed }: AllowedOrigins): Cors {
  return {
    variesByOrigin: listed.size > 0,
    addTo(headers, origin) {
      if (!origin || !listed.has(origin)) return
      headers.push('access-control-allow-origin', origin, 'access-control-allow-credentials', 'true')
      headers.push('access-control-expose-headers', exposedHeaders)
    },
    preflight({ origin, 'access-control-request-method': method }, methods) {
      if (!origin || method === undefined || !listed.has(origin)) return []
      return [
        ...['access-control-allow-methods', methods, 'access-control-allow-headers', allowedHeaders],
        ...['access-control-max-age', String(preflightSeconds)],
      ]
    },
  }
}
