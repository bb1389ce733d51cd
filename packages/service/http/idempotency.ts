// Requests with an Idempotency-Key take effect once: the reply is stored in the transaction of the effect, and a repeated request
// gets that reply.
import { createHash } from 'node:crypto'
import type { Sql } from '@souk/postgres'
import { type Handler, Reply, type Request } from '../run/define-service.ts'
import type { Transaction } from '../work/enqueue-job.ts'
import { refuse } from './refusals.ts'

const mostKeyLength = 255

interface Claim {
  /** Whose keys these are: of one route and one customer, order or guest. */
  scope: string
  key: string
  /** Tells whether a repeated request is the same one. */
  fingerprint: string
}

/**
 * Runs the story of a route with an Idempotency-Key (`handleOnce`) in a transaction, or replays its stored reply. Refuses requests
 * without a key, and keys of another request. Refusals and failures are not stored.
 */
export async function answerOnce(
  handler: Handler,
  request: Request,
  context: { transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> },
): Promise<unknown> {
  const { route, once } = handler
  const claim = claimOf(handler, request)
  return context.transaction(async (transaction) => {
    const { sql } = transaction
    const claimed = await sql`
      insert into idempotency (scope, key, fingerprint) values (${claim.scope}, ${claim.key}, ${claim.fingerprint})
      on conflict do nothing
      returning key`
    if (claimed.length === 0) return replay(handler, claim, sql)
    // `handle` has checked the types of request and context against the route's.
    const result = await once?.(request as never, context as never, transaction)
    const { status, body } = result instanceof Reply ? result : { status: route.status ?? 200, body: result }
    await sql`
      update idempotency set status = ${status}, reply = ${JSON.stringify(body ?? null)}
      where scope = ${claim.scope} and key = ${claim.key}`
    return result
  })
}

function claimOf({ route }: Handler, { headers, caller, params, body }: Request): Claim {
  const key = headers['idempotency-key']
  if (!key || key.length > mostKeyLength) {
    refuse(
      route,
      'idempotency-key-missing',
      `Send an Idempotency-Key header of at most ${mostKeyLength} characters, and the same one when you repeat the request.`,
    )
  }
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([route.method, route.path, params, body]))
    .digest('base64url')
  return { scope: `${route.name}:${caller.userId ?? headers['order-key'] ?? 'guest'}`, key, fingerprint }
}

async function replay({ route }: Handler, { scope, key, fingerprint }: Claim, sql: Sql): Promise<Reply<unknown>> {
  const [first] = await sql<{ fingerprint: string; status: number; reply: unknown }>`
    select fingerprint, status, reply from idempotency where scope = ${scope} and key = ${key}`
  if (!first)
    refuse(
      route,
      'idempotency-in-flight',
      'The first request with this Idempotency-Key has just failed; send it again.',
    )
  if (first.fingerprint !== fingerprint)
    refuse(route, 'idempotency-key-reused', 'This Idempotency-Key was used for another request. Use a new one.')
  return new Reply(first.status, first.reply, { 'idempotent-replayed': 'true' })
}
