// Which headers pass through the door. Inward a short list, so that nobody can speak for somebody else by a header of ours;
// outward all but those that belong to one connection; and on every answer those that tell browsers to be careful.
import type { Route } from '@souk/contracts'

const passedIn = [
  'content-type',
  'accept',
  'accept-language',
  'user-agent',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'order-key',
  'origin',
]

/** Makes the function that picks, from a request's headers, those that a route's service may see. */
export function headersFor(route: Route): (headers: NodeJS.Dict<string | string[]>) => Record<string, string> {
  const isOfSignIn = isSignIn(route)
  const names = [...new Set([...passedIn, ...(route.headers ?? [])])].filter((name) => name !== 'x-session-token')
  return (headers) => {
    const picked: Record<string, string> = {}
    for (const name of names) {
      const value = headers[name]
      if (typeof value === 'string') picked[name] = value
    }
    // Between services, authorization says which service calls; the person's own token needs another name.
    const token = isOfSignIn && bearerToken(headers.authorization)
    if (token) picked['x-session-token'] = token
    return picked
  }
}
export function bearerToken(authorization: string | string[] | undefined): string | undefined {
  return typeof authorization === 'string' ? /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] : undefined
}
/** Routes that read the session cookie themselves, because they make and end sessions. */
export function isSignIn(route: Route): boolean {
  return route.path.startsWith('/v1/auth/')
}

const keptIn = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authenticate',
  'proxy-connection',
  'content-length',
  'date',
  'server',
  'x-powered-by',
  'x-request-id',
  'traceparent',
])

/** The headers of a service's answer that go on to the client, as Node wants them: name, value, name, value. */
export function passedBack(headers: Readonly<Record<string, string | string[]>>): string[] {
  const list: string[] = []
  for (const name of Object.keys(headers)) {
    if (keptIn.has(name) || name.startsWith('access-control-')) continue
    const value = headers[name]
    if (Array.isArray(value)) for (const one of value) list.push(name, one)
    else if (value !== undefined) list.push(name, value)
  }
  return list
}

export interface SecurityHeaders {
  /** For answers that are data. */
  readonly plain: Readonly<Record<string, string>>
  /** Adds those that fit an answer; its own Content-Security-Policy wins. */
  addTo(list: string[], headers: Readonly<Record<string, string | string[]>>, url: string): void
}

const policies = {
  data: "default-src 'none'; frame-ancestors 'none'",
  page: "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  framed:
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}

export function securityHeaders(publicUrl: string): SecurityHeaders {
  const always = {
    'x-content-type-options': 'nosniff',
    // Not no-referrer: with that, browsers send `Origin: null` with forms, and we could not tell ours from others'.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'x-permitted-cross-domain-policies': 'none',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
  const alone = { ...always, 'x-frame-options': 'DENY', 'cross-origin-resource-policy': 'same-origin' }
  const plain = { ...alone, 'content-security-policy': policies.data }
  const ready = {
    data: flat(plain),
    page: flat({ ...alone, 'content-security-policy': policies.page }),
    // The mailbox shows mails in a frame of its own page.
    framed: flat({ ...alone, 'x-frame-options': 'SAMEORIGIN', 'content-security-policy': policies.framed }),
    // Pictures may be shown by other sites: in mails, in a shop window on another address.
    picture: flat({
      ...alone,
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': policies.data,
    }),
  }
  const withoutPolicy = Object.fromEntries(
    Object.entries(ready).map(([kind, list]) => {
      const at = list.indexOf('content-security-policy')
      return [kind, list.toSpliced(at, 2)]
    }),
  ) as typeof ready

  return {
    plain,
    addTo(list, headers, url) {
      const kind = kindOf(headers['content-type'], url)
      const kept = headers['content-security-policy'] === undefined ? ready[kind] : withoutPolicy[kind]
      for (const word of kept) list.push(word)
    },
  }
}

function kindOf(contentType: string | string[] | undefined, url: string): keyof typeof policies | 'picture' {
  const type = String(contentType ?? '')
  if (type.startsWith('image/')) return 'picture'
  if (!type.startsWith('text/html')) return 'data'
  return /^\/mailbox\/[^/]+\/html(\?|$)/.test(url) ? 'framed' : 'page'
}
function flat(headers: Record<string, string>): string[] {
  return Object.entries(headers).flat()
}
