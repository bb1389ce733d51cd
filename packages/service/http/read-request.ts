// Reads a request of a contract route: path, query and body are parsed and checked. Unknown fields never enter.
import { isBytes, type Route } from '@souk/contracts'
import type { Caller } from '../calls/service-token.ts'
import type { Request } from '../run/define-service.ts'
import { refuse } from './refusals.ts'
import { type Check, checkBody, checkQuery } from './validation.ts'

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
      params: checked(route, pathCheck, incoming.params, 'path') ?? {},
      query: checked(route, queryCheck, query, 'query') ?? {},
      body: readBody(incoming.body),
      headers: incoming.headers,
      caller: incoming.caller,
      url: incoming.url,
      ip: incoming.ip,
    } as Request // The checks have just made sure of the contract's types.
  }
}

function bodyReader(route: Route): (body: string | Uint8Array | undefined) => unknown {
  if (!route.body) return () => undefined
  if (isBytes(route.body)) return (body) => (body === undefined ? Buffer.alloc(0) : Buffer.from(body as Uint8Array))
  const check = checkBody(route.body)
  return (body) => {
    const text = typeof body === 'object' ? Buffer.from(body).toString() : (body ?? '')
    return checked(route, check, parseJson(route, text), 'body')
  }
}

/** Parses a JSON body. Refuses characters that no text column of the database can hold. */
function parseJson(route: Route, text: string): unknown {
  if (text.includes('\\u0000'))
    refuse(route, 'invalid-request', 'The body contains a NUL character, which no field can hold.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refuse(route, 'invalid-request', text === '' ? 'This request needs a JSON body.' : 'The body is not valid JSON.')
  }
  if (/\\u[dD][89a-fA-F]/.test(text) && hasLoneSurrogate(value)) {
    refuse(route, 'invalid-request', 'The body contains half a character (a lone surrogate), which no field can hold.')
  }
  return value
}

/** JSON.stringify escapes lone surrogates, and only those. */
function hasLoneSurrogate(value: unknown): boolean {
  return /\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''))
}

/** Repeated names become lists where the contract says list; elsewhere repetition is refused. */
function parseQuery(route: Route, text: string): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null)
  if (text === '') return query
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
