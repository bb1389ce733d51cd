// How a request is refused: an RFC 9457 problem with a stable code and a sentence that a person can act on.
import { type Answer, type Problem, type RefusalOf, type RouteDefinition, statusOf } from '@souk/contracts'

/** Thrown to answer that the caller cannot have what it asked for. It is an answer, not a failure, so it is not logged as one. */
export class Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly more: Record<string, unknown>
  constructor(code: string, status: number, sentence: string, more: Record<string, unknown> = {}) {
    super(sentence)
    this.name = 'Refusal'
    this.code = code
    this.status = status
    this.more = more
  }
}

/** Refuses a request with a code that the route's contract promises. `more` goes into the problem beside it. */
export function refuse<R extends RouteDefinition>(
  route: R,
  code: RefusalOf<R>,
  sentence: string,
  more?: Record<string, unknown>,
): never {
  throw new Refusal(code, statusOf(route, code), sentence, more)
}

/** The answer that carries a refusal; overload answers say after how many seconds to try again. */
export function answerOf(refusal: Refusal, requestId: string): Answer {
  const { status, more } = refusal
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' }
  // Tells the client which type is taken (RFC 9110, 15.5.16).
  if (refusal.code === 'unsupported-media-type') headers.accept = 'application/json'
  if (refusal.code === 'unsupported-content-encoding') headers['accept-encoding'] = 'identity'
  if (status === 429 || status === 503) headers['retry-after'] = String(more.retryAfterSeconds ?? 1)
  return { status, headers, body: JSON.stringify(problemOf(refusal, requestId)) }
}

/** The RFC 9457 problem of a refusal. */
export function problemOf(refusal: Refusal, requestId: string): Problem {
  return {
    type: `https://souk.example/problems/${refusal.code}`,
    title: titleOf(refusal.code),
    status: refusal.status,
    code: refusal.code,
    detail: refusal.message,
    requestId,
    ...refusal.more,
  }
}

function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
