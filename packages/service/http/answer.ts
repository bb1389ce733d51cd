// Answers one request of a contract route, the same way whether it came over HTTP or from a service in this process: bytes
// in, access, validation, the story, bytes out. Undeclared fields never leave a service; unknown fields never enter.
import { createHash } from 'node:crypto'
import { type Answer, isBytes, isNothing, type Route } from '@souk/contracts'
import type { Log } from '@souk/messaging'
import { isContention, isTransient } from '@souk/postgres'
import fastJson from 'fast-json-stringify'
import type { Caller } from '../calls/service-token.ts'
import { type Handler, Reply, type Request } from '../run/define-service.ts'
import type { Transaction } from '../work/job-queue.ts'
import { problemOf, Refusal, refuse } from './problems.ts'
import { type Check, checkBody, checkQuery } from './validation.ts'

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
export interface AnswerContext {
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  log: Log
}
export type Answerer = (incoming: Incoming, context: AnswerContext) => Promise<Answer & { code?: string }>

const jsonType = 'application/json; charset=utf-8'

export function answerer(handler: Handler): Answerer {
  const { route } = handler
  const checkParams = route.params && checkQuery(route.params)
  const checkTheQuery = route.query && checkQuery(route.query)
  const checkTheBody = route.body && !isBytes(route.body) ? checkBody(route.body) : undefined
  const write = isBytes(route.reply) || isNothing(route.reply) ? undefined : fastJson(route.reply as object)
  const firstStatus = route.status ?? 200

  return async (incoming, context) => {
    try {
      mayCall(route, incoming.caller)
      const request = {
        params: valid(route, checkParams, incoming.params, 'path') ?? {},
        query:
          valid(
            route,
            checkTheQuery,
            typeof incoming.query === 'string' ? readQuery(route, incoming.query) : { ...incoming.query },
            'query',
          ) ?? {},
        body: readBody(incoming),
        headers: incoming.headers,
        caller: incoming.caller,
        url: incoming.url,
        ip: incoming.ip,
      } as unknown as Request
      const result = handler.once
        ? await runOnce(request, incoming, context)
        : await handler.run(request as never, context as never)
      return result instanceof Reply
        ? written(result.status, result.body, result.headers)
        : written(firstStatus, result, {})
    } catch (error) {
      return refused(error, incoming, context.log)
    }
  }

  function readBody(incoming: Incoming): unknown {
    if (!route.body) return undefined
    if (isBytes(route.body))
      return incoming.body === undefined ? Buffer.alloc(0) : Buffer.from(incoming.body as Uint8Array)
    const text =
      incoming.body === undefined || typeof incoming.body === 'string'
        ? (incoming.body ?? '')
        : Buffer.from(incoming.body).toString()
    if (text.includes('\\u0000'))
      refuse(route, 'invalid-request', 'The body contains a NUL character, which no field can hold.')
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      refuse(route, 'invalid-request', text === '' ? 'This request needs a JSON body.' : 'The body is not valid JSON.')
    }
    if (/\\u[dD][89a-fA-F]/.test(text) && hasHalfCharacter(value)) {
      refuse(
        route,
        'invalid-request',
        'The body contains half a character (a lone surrogate), which no field can hold.',
      )
    }
    return valid(route, checkTheBody, value, 'body')
  }

  function written(status: number, body: unknown, headers: Record<string, string | string[]>): Answer {
    if (!write)
      return { status, headers: headers as Record<string, string>, body: (body as Uint8Array | undefined) ?? '' }
    return { status, headers: { 'content-type': jsonType, ...headers } as Record<string, string>, body: write(body) }
  }

  async function runOnce(request: Request, incoming: Incoming, context: AnswerContext) {
    const { once } = handler
    const key = incoming.headers['idempotency-key']
    if (!once || !key || key.length > 255) {
      refuse(
        route,
        'idempotency-key-missing',
        'Send an Idempotency-Key header of at most 255 characters, and the same one when you repeat the request.',
      )
    }
    const who = incoming.caller.userId ?? incoming.headers['order-key'] ?? 'guest'
    const scope = `${route.name}:${who}`
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([route.method, route.path, incoming.params, request.body]))
      .digest('base64url')
    return context.transaction(async (transaction) => {
      const { sql } = transaction
      const claimed = await sql`
        insert into idempotency (scope, key, fingerprint) values (${scope}, ${key}, ${fingerprint})
        on conflict do nothing
        returning key`
      if (claimed.length === 0) return replay(scope, key, fingerprint, sql)
      const result = await once(request as never, context as never, transaction)
      const status = result instanceof Reply ? result.status : firstStatus
      const body = result instanceof Reply ? result.body : result
      await sql`update idempotency set status = ${status}, reply = ${JSON.stringify(body ?? null)} where scope = ${scope} and key = ${key}`
      return result
    })
  }

  async function replay(scope: string, key: string, fingerprint: string, sql: Transaction['sql']) {
    const [first] = await sql<{ fingerprint: string; status: number; reply: unknown }>`
      select fingerprint, status, reply from idempotency where scope = ${scope} and key = ${key}`
    if (!first)
      refuse(
        route,
        'idempotency-in-flight',
        'The first request with this Idempotency-Key has just failed; send it again.',
      )
    if (first.fingerprint !== fingerprint) {
      refuse(route, 'idempotency-key-reused', 'This Idempotency-Key was used for another request. Use a new one.')
    }
    return new Reply(first.status, first.reply, { 'idempotent-replayed': 'true' })
  }

  function refused(error: unknown, incoming: Incoming, log: Log): Answer & { code: string } {
    let refusal = error instanceof Refusal ? error : refusalWhenUnavailable(error)
    if (!refusal) {
      log.error(
        { err: error, route: `${route.service}.${route.name}`, requestId: incoming.requestId },
        'A request failed.',
      )
      refusal = new Refusal('internal-error', 500, 'Something went wrong on our side. It has been noted.')
    }
    const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' }
    if (refusal.status === 503 || refusal.status === 429)
      headers['retry-after'] = String(refusal.more.retryAfterSeconds ?? 1)
    return {
      status: refusal.status,
      headers,
      body: JSON.stringify(problemOf(refusal, incoming.requestId)),
      code: refusal.code,
    }
  }
}

/** JSON.stringify escapes lone surrogates, and only those. */
function hasHalfCharacter(value: unknown): boolean {
  return /\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''))
}

/** The contract's access rule. The gateway asks it too, to refuse early; the service's own word is what counts. */
export function mayCall(route: Route, caller: Caller): void {
  const { access } = route
  if (typeof access === 'object') {
    if (!access.services.includes(caller.service)) refuse(route, 'not-allowed', 'Only other services may call this.')
    return
  }
  if (access === 'anyone' || caller.role === 'staff') return
  if (caller.role === 'anonymous') refuse(route, 'not-signed-in', 'Sign in first.')
  if (access === 'staff') refuse(route, 'not-allowed', 'Only the shop’s staff may do this.')
}

function valid(route: Route, check: Check | undefined, value: unknown, where: string): unknown {
  if (!check) return undefined
  const wrong = check(value)
  if (wrong) {
    const first = wrong[0]
    const sentence = `The ${where} is not what this route takes: ${first?.path || where} ${first?.message}.`
    refuse(route, 'invalid-request', sentence, { errors: wrong })
  }
  return value
}

/** Repeated names become lists where the contract says list; elsewhere repetition is refused. */
function readQuery(route: Route, text: string): Record<string, unknown> {
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

/** Refuses as unavailable when the database cannot do the work now; clients then try again. */
function refusalWhenUnavailable(error: unknown): Refusal | undefined {
  return isTransient(error) || isContention(error)
    ? new Refusal('unavailable', 503, 'We are very busy just now. Try again in a moment.')
    : undefined
}
