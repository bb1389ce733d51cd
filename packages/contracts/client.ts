// The typed client: a contract in, functions out. The caller passes in how a request is sent (HTTP, in process).
import type { Problem } from './basics.ts'
import type { Api, BodyOf, ParamsOf, QueryOf, ReplyOf, Route, RouteDefinition } from './define.ts'

export interface CallInput {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  headers?: Record<string, string>
}
export interface Answer {
  status: number
  headers: Record<string, string>
  /** JSON text or bytes; empty when there is none. */
  body: string | Uint8Array
}
/** Sends one request to the service that owns the route. Throws only when there was no answer. */
export type SendRequest = (route: Route, input: CallInput) => Promise<Answer>

/** Thrown when a service answers with a problem. `code` is one that the route's contract promises. */
export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
  get code(): string {
    return this.problem.code
  }
  get status(): number {
    return this.problem.status
  }
}

type Required<R extends RouteDefinition> = (R['params'] extends object ? { params: ParamsOf<R> } : unknown) &
  (R['body'] extends object ? { body: BodyOf<R> } : unknown) &
  (R['query'] extends object ? { query?: QueryOf<R> } : unknown) & { headers?: Record<string, string> }

export type ClientOf<A extends Api> = {
  [K in keyof A['routes']]: A['routes'][K] extends Route<infer R> ? (input: Required<R>) => Promise<ReplyOf<R>> : never
}

/** Makes a client: `client.reserve({ params, body })` resolves with the reply or throws a ProblemError. */
export function makeClient<A extends Api>(api: A, send: SendRequest): ClientOf<A> {
  const client = Object.create(callsOf(api))
  client.send = send
  return client
}

// A client is made for each request and calls one or two routes, so a call is made when it is first asked for.
const calls = new WeakMap<Api, object>()
function callsOf(api: Api): object {
  let known = calls.get(api)
  if (!known) {
    const getters = Object.entries(api.routes).map(([name, route]) => [
      name,
      {
        enumerable: true,
        get(this: { send: SendRequest }) {
          const { send } = this
          return async (input: CallInput) => readAnswer(await send(route, input ?? {}))
        },
      },
    ])
    known = Object.defineProperties({}, Object.fromEntries(getters))
    calls.set(api, known)
  }
  return known
}

/** The reply in an answer; throws a ProblemError for status 400 and up. */
export function readAnswer(answer: Answer): unknown {
  if (answer.status < 400) {
    if (answer.body.length === 0) return undefined
    if (typeof answer.body === 'string') return JSON.parse(answer.body)
    const isJson = answer.headers['content-type']?.startsWith('application/json')
    return isJson ? JSON.parse(Buffer.from(answer.body).toString()) : answer.body
  }
  throw new ProblemError(problemIn(answer))
}

/** Answers that come from no service of ours, or from one that is about to end, are no problems with a code. */
function problemIn({ status, body }: Answer): Problem {
  const code = status === 503 ? 'unavailable' : 'bad-gateway'
  try {
    const problem = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString())
    if (typeof problem?.code === 'string') return problem
    return { type: 'about:blank', title: 'Unexpected answer', status, code }
  } catch {
    return { type: 'about:blank', title: 'Unreadable answer', status, code }
  }
}

/** The path of a route with its parameters filled in; what a parameter may be, in parentheses, is left out. */
export function pathOf(route: Route, params: Record<string, unknown> = {}): string {
  return route.path.replace(/:(\w+)(?:\([^)]*\))?|\*/g, (part, name) => {
    if (part === '*')
      return String(params['*'] ?? '')
        .split('/')
        .map(encodeURIComponent)
        .join('/')
    return encodeURIComponent(String(params[name]))
  })
}

/** The query as text; arrays are repeated, undefined left out. */
export function queryOf(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  return search.toString()
}
