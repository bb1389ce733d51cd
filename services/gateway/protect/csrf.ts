// Protection against cross-site request forgery (CSRF): a browser sends our cookies with requests that other sites make, so a
// change that relies on a cookie must come from the shop's own pages or from a listed site.
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'
import type { HttpRequest } from '../request/request-context.ts'
import type { AllowedOrigins } from './allowed-origins.ts'

export interface CsrfGuard {
  /** Refuses a change made with our cookie unless it certainly comes from our own pages or a listed site. */
  checkCookieUse(route: Route, request: HttpRequest): void
  /**
   * Refuses what comes from another site even without our cookie: the victim of a sign-in would shop in the attacker's account, and
   * a form of the shop front sets cookies of its own, so that a guest would lose the cart.
   */
  refuseOtherSites(route: Route, request: HttpRequest): void
}

const sentence = 'This request comes from another site. Send it from the shop’s own pages, or with a bearer token.'

export function makeCsrfGuard({ own, listed }: AllowedOrigins): CsrfGuard {
  const scheme = new URL(own).protocol
  return {
    checkCookieUse(route, request) {
      if (sourceOf(request) !== 'ours') refuse(route, 'not-allowed', sentence)
    },
    refuseOtherSites(route, request) {
      if (sourceOf(request) === 'another site') refuse(route, 'not-allowed', sentence)
    },
  }

  /**
   * Origins are compared whole: scheme, host and port. A page cannot forge Origin, Sec-Fetch-Site or Host; a program can, but does
   * not have its victim's cookies.
   */
  function sourceOf(request: HttpRequest): 'ours' | 'another site' | 'unknown' {
    const { origin, host } = request.headers
    const site = request.headers['sec-fetch-site']
    if (site === 'same-origin') return 'ours'
    if (origin === undefined) return site === undefined || site === 'none' ? 'unknown' : 'another site'
    if (origin === own || listed.has(origin)) return 'ours'
    return origin === `${scheme}//${host}` ? 'ours' : 'another site'
  }
}
