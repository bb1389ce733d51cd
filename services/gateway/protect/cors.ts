// Which other sites' pages may do what. A browser sends our cookies along with requests that other sites make it send, so
// a change that rests on a cookie must come from our own pages (CSRF); and other sites' scripts may read our answers
// only when they are on the list (CORS).
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'
import type { HttpRequest } from '../request/responder.ts'

export interface Origins {
  /** Adds what lets a listed site's script read this answer. */
  addTo(headers: string[], origin: string | undefined): void
  /** What answers a browser that asks before it sends a request of another site. */
  preflight(request: HttpRequest, methods: string): readonly string[]
  /** Refuses changes made with our cookie that do not come from our own pages or a listed site. */
  guardCookie(route: Route, request: HttpRequest): void
  /** Refuses sign-ins that another site makes a browser send: its visitor would shop in a stranger's account. */
  guardSignIn(route: Route, request: HttpRequest): void
}

const sentence = 'This request comes from another site. Send it from the shop’s own pages, or with a bearer token.'
const allowedHeaders = 'content-type, authorization, if-match, if-none-match, idempotency-key, order-key, traceparent'
const exposedHeaders = 'etag, location, retry-after, x-request-id, set-auth-token, idempotent-replayed'

export function makeOrigins(publicUrl: string, listed: readonly string[]): Origins {
  const ours = new URL(publicUrl).origin
  const list = new Set(listed)

  return {
    addTo(headers, origin) {
      if (list.size === 0) return
      headers.push('vary', 'origin')
      if (!origin || !list.has(origin)) return
      headers.push('access-control-allow-origin', origin, 'access-control-allow-credentials', 'true')
      headers.push('access-control-expose-headers', exposedHeaders)
    },
    preflight(request, methods) {
      if (!request.headers.origin || !list.has(request.headers.origin)) return []
      return [
        ...['access-control-allow-methods', methods, 'access-control-allow-headers', allowedHeaders],
        ...['access-control-max-age', '600'],
      ]
    },
    guardCookie(route, request) {
      if (comesFrom(request) !== 'here') refuse(route, 'not-allowed', sentence)
    },
    guardSignIn(route, request) {
      if (comesFrom(request) === 'elsewhere') refuse(route, 'not-allowed', sentence)
    },
  }

  /** A page cannot forge Origin, Sec-Fetch-Site or Host; a program can, but has no cookies of its victim. */
  function comesFrom(request: HttpRequest): 'here' | 'elsewhere' | 'unknown' {
    const { origin, host } = request.headers
    const site = request.headers['sec-fetch-site']
    if (site === 'same-origin') return 'here'
    if (origin === undefined) return site === undefined || site === 'none' ? 'unknown' : 'elsewhere'
    if (origin === ours || list.has(origin)) return 'here'
    return URL.canParse(origin) && new URL(origin).host === host ? 'here' : 'elsewhere'
  }
}
