// Requests with an Idempotency-Key take effect once: the reply is stored in the transaction of the effect, and a repeated request
// gets that reply.
import { createHash } from 'node:crypto'
import type { Route } from '@souk/contracts'
import type { Sql } from '@souk/postgres'
import { type Handler, Reply, type Request, UnkeptReply } from '../run/define-service.ts'
import type { Transaction } from '../work/enqueue-job.ts'
import { refuse } from './refusals.ts'

const mostKeyLength = 255
const mostTries = 3

interface Claim {
  /** Whose keys these are: of one route and one customer, order or guest. */
  scope: string
  key: string
  /** Tells whether a repeated request is the same one. */
  fingerprint: string
}

/**
 * Runs the story of a route with an Idempotency-Key (`handleOnce`) in a transaction, or replays its stored reply. Refuses requests
 * without a key where the route needs one, keys of another request, and keys of a request that has not finished. Refusals and failures
 * are not stored. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export async function answerOnce(
  handler: Handler,
  request: Request,
  context: { transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> },
): Promise<unknown> {
  const { route, once, gather, again } = handler
  const claim = claimOf(handler, request)
  // `handle` has checked the types of request and context against the route's.
  const gathered = await gather?.(request as never, context as never)
  const actions: (() => Promise<void>)[] = []
  const run = async (transaction: Transaction) => {
    actions.length = 0 // Those of a transaction that failed are dropped.
    const beforeAnswer = (action: () => Promise<void>) => void actions.push(action)
    return once?.(request as never, context as never, { ...transaction, beforeAnswer }, gathered as never)
  }
  const work = claim ? (transaction: Transaction) => answerClaimed(transaction, claim) : run
  const answer = await repeating(again, () => context.transaction(work))
  for (const action of actions) await action()
  return answer

  async function answerClaimed(transaction: Transaction, claim: Claim): Promise<unknown> {
    const { sql } = transaction
    const outcome = await claimKey(claim, sql)
    if (outcome !== 'ours') return outcome === 'used' ? replay(handler, claim, sql) : refuseInFlight(route)
    const result = await run(transaction)
    if (result instanceof UnkeptReply) {
      await sql`delete from idempotency where scope = ${claim.scope} and key = ${claim.key}`
      return result
    }
    const { status, body } = result instanceof Reply ? result : { status: route.status ?? 200, body: result }
    await sql`
      update idempotency set status = ${status}, reply = ${JSON.stringify(body ?? null)}
      where scope = ${claim.scope} and key = ${claim.key}`
    return result
  }
}

async function repeating<T>(again: Handler['again'], work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!again?.(error) || tries === mostTries) throw error
    }
  }
}

/**
 * Claims the key for this transaction. While another transaction has it, that request is in flight; the lock tells so at once, where
 * the insert alone would wait for the other to end.
 */
async function claimKey({ scope, key, fingerprint }: Claim, sql: Sql): Promise<'ours' | 'used' | 'in flight'> {
  const [claimed] = await sql<{ isFree: boolean; isNew: boolean }>`
    with lock as materialized (
      select pg_try_advisory_xact_lock(hashtextextended(${`${scope} ${key}`}, 0)) as is_free
    ), stored as (
      insert into idempotency (scope, key, fingerprint)
      select ${scope}, ${key}, ${fingerprint} from lock where is_free
      on conflict do nothing
      returning key
    )
    select is_free, exists (select from stored) as is_new from lock`
  if (!claimed?.isFree) return 'in flight'
  return claimed.isNew ? 'ours' : 'used'
}

/** Undefined for a request without a key, where the route takes such requests. */
function claimOf({ route }: Handler, { headers, caller, params, query, body }: Request): Claim | undefined {
  const key = headers['idempotency-key']
  if (key === undefined && route.idempotencyKey === 'optional') return undefined
  if (!key || key.length > mostKeyLength) {
    refuse(
      route,
      'idempotency-key-missing',
      `Send an Idempotency-Key header of at most ${mostKeyLength} characters, and the same one when you repeat the request.`,
    )
  }
  const bytes = body instanceof Uint8Array ? body : undefined
  const hash = createHash('sha256').update(
    canonicalJson([route.method, route.path, params, query, bytes ? null : body]),
  )
  if (bytes) hash.update(bytes)
  const scope = `${route.name}:${caller.userId ?? headers['order-key'] ?? 'guest'}`
  return { scope, key, fingerprint: hash.digest('base64url') }
}

/** JSON in which the order of the keys of an object says nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function refuseInFlight(route: Route): never {
  refuse(
    route,
    'idempotency-in-flight',
    'The first request with this Idempotency-Key has not finished. Repeat it later.',
  )
}

async function replay({ route }: Handler, { scope, key, fingerprint }: Claim, sql: Sql): Promise<Reply<unknown>> {
  const [first] = await sql<{ fingerprint: string; status: number; reply: unknown }>`
    select fingerprint, status, reply from idempotency where scope = ${scope} and key = ${key}`
  if (!first) return refuseInFlight(route)
  if (first.fingerprint !== fingerprint)
    refuse(route, 'idempotency-key-reused', 'This Idempotency-Key was used for another request. Use a new one.')
  return new Reply(first.status, first.reply, { 'idempotent-replayed': 'true' })
}
