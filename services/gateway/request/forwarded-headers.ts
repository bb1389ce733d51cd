// Which headers pass through the gateway. Inward a short list, so that no client can set a header that services trust; outward
// all but those that belong to one connection, and those that only the gateway may set.
import type { Route } from '@souk/contracts'
import { bearerToken } from './credentials.ts'

const forwarded = [
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
/** Carries the client's own token to routes that manage sessions; a client cannot set it. */
const sessionTokenHeader = 'x-session-token'

/** Makes the function that picks, from a request's headers, those that a route's service may see. */
export function forwardedHeaders(route: Route): (headers: NodeJS.Dict<string | string[]>) => Record<string, string> {
  const names = [...new Set([...forwarded, ...(route.headers ?? [])])].filter((name) => name !== sessionTokenHeader)
  return (headers) => {
    const picked: Record<string, string> = {}
    for (const name of names) {
      const value = headers[name]
      if (typeof value === 'string') picked[name] = value
    }
    // Between services, authorization says which service calls; the client's own token needs another name.
    const token = route.session === 'manages' && bearerToken(headers.authorization)
    if (token) picked[sessionTokenHeader] = token
    return picked
  }
}

const notReturned = new Set([
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
  // Told by the contract: the responder sends one for all reasons.
  'vary',
])

/** The headers of a service's answer that go on to the client, in Node's raw form: name, value, name, value. */
export function returnedHeaders(headers: Readonly<Record<string, string | string[]>>): string[] {
  const list: string[] = []
  for (const name of Object.keys(headers)) {
    if (notReturned.has(name) || name.startsWith('access-control-')) continue
    const value = headers[name]
    if (Array.isArray(value)) for (const one of value) list.push(name, one)
    else if (value !== undefined) list.push(name, value)
  }
  return list
}
