// Answers one request of a contract route, the same way whether it came over HTTP or from a service in this process: access,
// validation, the story, and the reply cut to the contract's shape. Undeclared fields never leave a service.
import { type Answer, isBytes, isNothing, type Route } from '@souk/contracts'
import type { Log } from '@souk/messaging'
import { isContention, isTransient } from '@souk/postgres'
import fastJson from 'fast-json-stringify'
import { type Handler, Reply } from '../run/define-service.ts'
import type { Transaction } from '../work/enqueue-job.ts'
import { mayCall } from './access.ts'
import { answerOnce } from './idempotency.ts'
import { type Incoming, requestReader } from './read-request.ts'
import { answerOf, Refusal } from './refusals.ts'

/** What answering needs of a story's context. */
interface AnswerContext {
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  log: Log
}
/** Answers a request and throws nothing. `code` is that of the refusal, for the log. */
export type Answerer = (incoming: Incoming, context: AnswerContext) => Promise<Answer & { code?: string }>

type Headers = Record<string, string | string[]>

/** Makes the function that answers the requests of a route with its story. Schemas are compiled once, here. */
export function answerer(handler: Handler): Answerer {
  const { route } = handler
  const readRequest = requestReader(route)
  const writeReply = replyWriter(route)
  const status = route.status ?? 200
  return async (incoming, context) => {
    try {
      mayCall(route, incoming.caller)
      const request = readRequest(incoming)
      const result = handler.once
        ? await answerOnce(handler, request, context)
        : await handler.run(request, context as never) // `defineService` has checked that the story takes this context.
      return result instanceof Reply
        ? writeReply(result.status, result.body, result.headers)
        : writeReply(status, result, {})
    } catch (error) {
      const refusal = refusalFor(error, route, incoming.requestId, context.log)
      return { ...answerOf(refusal, incoming.requestId), code: refusal.code }
    }
  }
}

function replyWriter(route: Route): (status: number, body: unknown, headers: Headers) => Answer {
  // The casts: headers with several values (cookies) pass through an Answer as lists.
  if (isBytes(route.reply) || isNothing(route.reply)) {
    return (status, body, headers) => ({
      status,
      headers: headers as Record<string, string>,
      body: (body as Uint8Array | undefined) ?? '',
    })
  }
  const write = fastJson(route.reply as object)
  return (status, body, headers) => ({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers } as Record<string, string>,
    body: status === 304 ? '' : write(body),
  })
}

/** Refusals stay as they are; an unavailable or busy database is a 503; everything else is a bug, logged here and only here. */
function refusalFor(error: unknown, route: Route, requestId: string, log: Log): Refusal {
  if (error instanceof Refusal) return error
  if (isTransient(error) || isContention(error))
    return new Refusal('unavailable', 503, 'We are very busy just now. Try again in a moment.')
  log.error({ err: error, route: `${route.service}.${route.name}`, requestId }, 'A request failed.')
  return new Refusal('internal-error', 500, 'Something went wrong on our side. It has been noted.')
}
