// Reads a request of a contract route: path, query and body are parsed and checked. Unknown fields never enter.
import { isBytes, type Route } from '@souk/contracts'
import type { Caller } from '../calls/service-token.ts'
import type { Request } from '../run/define-service.ts'
import { readJson } from './read-json.ts'
import { refuse } from './refusals.ts'
import { type Check, checkBody, checkQuery, checkStored } from './validation.ts'

/** A request as it arrives, from HTTP or from a service in this process. */
export interface Incoming {
  params: Record<string, unknown>
  /** As text (from a URL) or as values (from a client in this process). */
  query: string | Record<string, unknown>
  headers: Readonly<Record<string, string | undefined>>
  body: string | Uint8Array | undefined
  caller: Caller
  url: string
  ip: string
  requestId: string
}

/** Returns the function that reads requests of this route. It refuses what the contract does not allow (invalid-request). */
export function requestReader(route: Route): (incoming: Incoming) => Request {
  const pathCheck = route.params && checkQuery(route.params)
  const queryCheck = route.query && checkQuery(route.query)
  const readBody = bodyReader(route)
  return (incoming) => {
    const query = typeof incoming.query === 'string' ? parseQuery(route, incoming.query) : { ...incoming.query }
    return {
      // What stands for the * of a path is no declared parameter.
      params: (pathCheck ? checked(route, pathCheck, incoming.params, 'path') : incoming.params) ?? {},
      query: checked(route, queryCheck, query, 'query') ?? {},
      body: readBody(incoming.body, incoming.headers['content-type']),
      headers: incoming.headers,
      caller: incoming.caller,
      url: incoming.url,
      ip: incoming.ip,
    } as Request // The checks have just made sure of the contract's types.
  }
}

type Body = string | Uint8Array | undefined
function bodyReader(route: Route): (body: Body, contentType: string | undefined) => unknown {
  if (!route.body) return () => undefined
  if (isBytes(route.body)) return (body) => (body === undefined ? Buffer.alloc(0) : Buffer.from(body as Uint8Array))
  // What a service sends to another was checked where it came in, perhaps by older rules.
  const check = typeof route.access === 'object' ? checkStored(route.body) : checkBody(route.body)
  return (body, contentType) => checked(route, check, readJson(route, body, contentType), 'body')
}

/** Repeated names become lists where the contract says list; elsewhere repetition is refused. */
function parseQuery(route: Route, text: string): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null)
  if (text === '') return query
  refuseBrokenText(route, text)
  const properties = (route.query?.properties ?? {}) as Record<string, { type?: string }>
  for (const [name, value] of new URLSearchParams(text)) {
    if (value.includes('\0')) refuse(route, 'invalid-request', `The query field ${name} contains a NUL character.`)
    const isList = properties[name]?.type === 'array'
    if (isList) query[name] = [...((query[name] as unknown[]) ?? []), value]
    else if (name in query) refuse(route, 'invalid-request', `The query field ${name} may be given once.`)
    else query[name] = value
  }
  return query
}

/** URLSearchParams would put U+FFFD in the place of bytes that are not UTF-8. A percent sign without two digits stands for itself. */
function refuseBrokenText(route: Route, text: string): void {
  try {
    for (const [bytes] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(bytes)
  } catch {
    refuse(route, 'invalid-request', 'The query is not valid UTF-8.')
  }
  if (/[^ -~]/.test(text)) refuse(route, 'invalid-request', 'The query holds characters that must be percent-encoded.')
}

function checked(route: Route, check: Check | undefined, value: unknown, where: 'path' | 'query' | 'body'): unknown {
  if (!check) return undefined
  const errors = check(value)
  if (errors) {
    const [first] = errors
    const sentence = `The ${where} is not what this route takes: ${first?.path || where} ${first?.message}.`
    refuse(route, 'invalid-request', sentence, { errors })
  }
  return value
}
