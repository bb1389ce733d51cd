// The headers that tell browsers to be careful, on every response. Our own and not @fastify/helmet: that sets them on Fastify's
// reply in a hook of every request, and our responses are written to Node directly, from lists that are built once per policy.
import type { Route } from '@souk/contracts'

export interface SecurityHeaders {
  /** The headers of answers that are data. */
  readonly data: Readonly<Record<string, string>>
  /**
   * Adds to a list (name, value, name, value) the security headers of an answer. `headers` are the answer's own, which win: no
   * header is sent twice. Its content type must fit the policy of its route; else it is treated as data.
   */
  addTo(
    list: string[],
    headers: Readonly<Record<string, string | string[]>>,
    policy: Route['securityPolicy'] | undefined,
  ): void
}
type Policy = 'data' | NonNullable<Route['securityPolicy']>

const contentPolicies = {
  data: "default-src 'none'; frame-ancestors 'none'",
  page: "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  framed:
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}
const contentTypes = { page: 'text/html', framed: 'text/html', picture: 'image/' }

export function securityHeaders(publicUrl: string): SecurityHeaders {
  const common = {
    'x-content-type-options': 'nosniff',
    // Not no-referrer: with that, browsers send `Origin: null` with forms, and we could not tell our forms from others'.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'x-permitted-cross-domain-policies': 'none',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': contentPolicies.data,
  }
  const policies: Record<Policy, readonly [name: string, value: string][]> = {
    data: Object.entries(common),
    page: Object.entries({ ...common, 'content-security-policy': contentPolicies.page }),
    framed: Object.entries({
      ...common,
      'x-frame-options': 'SAMEORIGIN',
      'content-security-policy': contentPolicies.framed,
    }),
    // Other sites may show our pictures: in mails, in a shop window on another address.
    picture: Object.entries({ ...common, 'cross-origin-resource-policy': 'cross-origin' }),
  }

  return {
    data: common,
    addTo(list, headers, policy) {
      const chosen = policy && String(headers['content-type']).startsWith(contentTypes[policy]) ? policy : 'data'
      for (const [name, value] of policies[chosen]) if (headers[name] === undefined) list.push(name, value)
    },
  }
}
