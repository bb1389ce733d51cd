// A request on its way through better-auth, which knows nothing of our contexts, transactions and traces: they are found here.
import { AsyncLocalStorage } from 'node:async_hooks'
import { traceparentOf } from '@souk/messaging'
import type { Sql, Statement } from '@souk/postgres'
import type { UsersContext } from '../context.ts'

/** The request that better-auth is working on, and what went wrong in it that is nobody's fault. */
export interface Visit {
  readonly context: UsersContext
  failure?: unknown
}
export const visits = new AsyncLocalStorage<Visit>()
export function currentVisit(): Visit {
  const visit = visits.getStore()
  if (!visit) throw new Error('better-auth works for a request only.')
  return visit
}

/** Notes a failure for the answer, because better-auth turns some of them into refusals of its own. */
export async function noting<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const visit = visits.getStore()
    if (visit) visit.failure ??= error
    throw error
  }
}

export interface Access {
  read(statement: Statement): Promise<Row[]>
  write(statement: Statement): Promise<Row[]>
}
export type Row = Record<string, unknown>

/** Outside a transaction of better-auth: each write is one of its own. */
export const direct: Access = {
  read: (statement) => noting(run(currentVisit().context.sql, statement)),
  write: (statement) =>
    noting(
      currentVisit().context.transaction(async ({ sql }) => {
        const [, rows] = await Promise.all([tellTrace(sql), run(sql, statement)])
        return rows
      }),
    ),
}

/**
 * Begins with the first write, not before: better-auth hashes passwords inside its transactions, and a connection must not
 * wait for that.
 */
export async function inOneTransaction<R>(work: (access: Access) => Promise<R>): Promise<R> {
  const { context } = currentVisit()
  const outcome = Promise.withResolvers<void>()
  outcome.promise.catch(() => undefined) // Heard by the transaction, if there is one.
  let opened: Promise<Sql> | undefined
  let ended: Promise<void> | undefined
  const open = () => {
    opened ??= new Promise<Sql>((ready, failed) => {
      ended = context.transaction(async ({ sql }) => {
        await tellTrace(sql)
        ready(sql)
        await outcome.promise
      })
      ended.catch(failed)
    })
    return opened
  }
  try {
    const result = await work({
      read: async (statement) => noting(run(opened ? await opened : context.sql, statement)),
      write: async (statement) => noting(run(await open(), statement)),
    })
    outcome.resolve()
    if (ended) await noting(ended)
    return result
  } catch (error) {
    outcome.reject(error)
    await ended?.catch(() => undefined) // It ends with the same error.
    throw error
  }
}

/** So that the events of the triggers belong to the trace of the request. */
function tellTrace(sql: Sql) {
  return sql`select set_config('souk.traceparent', ${traceparentOf(currentVisit().context.trace)}, true)`
}
function run(sql: Sql, statement: Statement): Promise<Row[]> {
  return Promise.resolve(sql<Row>`${statement}`)
}
