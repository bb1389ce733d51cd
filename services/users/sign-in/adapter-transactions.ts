// Runs the statements of the better-auth adapter: each write in a transaction of its own, or all of them in one.
import { traceparentOf } from '@souk/messaging'
import type { Sql, Statement } from '@souk/postgres'
import { recordingFailure, requestContext } from './request-scope.ts'

export type Row = Record<string, unknown>
export interface StatementRunner {
  read(statement: Statement): Promise<Row[]>
  write(statement: Statement): Promise<Row[]>
}

/** Outside better-auth's transactions: each write is a transaction of its own. */
export const separately: StatementRunner = {
  read: (statement) => recordingFailure(run(requestContext().sql, statement)),
  write: (statement) =>
    recordingFailure(
      requestContext().transaction(async ({ sql }) => {
        const [, rows] = await Promise.all([setTrace(sql), run(sql, statement)])
        return rows
      }),
    ),
}

/**
 * Runs `work` in one transaction. The transaction begins with the first write: better-auth hashes passwords inside its
 * transactions, and a connection must not be held while it does. Reads before the first write run outside of it.
 */
export async function inOneTransaction<R>(work: (runner: StatementRunner) => Promise<R>): Promise<R> {
  const context = requestContext()
  const outcome = Promise.withResolvers<void>()
  outcome.promise.catch(() => undefined) // The transaction handles it, if one has begun.
  let opened: Promise<Sql> | undefined
  let ended: Promise<void> | undefined
  const open = () => {
    opened ??= new Promise<Sql>((resolve, reject) => {
      ended = context.transaction(async ({ sql }) => {
        await setTrace(sql)
        resolve(sql)
        await outcome.promise
      })
      ended.catch(reject)
    })
    return opened
  }
  try {
    const result = await work({
      read: async (statement) => recordingFailure(run(opened ? await opened : context.sql, statement)),
      write: async (statement) => recordingFailure(run(await open(), statement)),
    })
    outcome.resolve()
    if (ended) await recordingFailure(ended)
    return result
  } catch (error) {
    outcome.reject(error)
    await ended?.catch(() => undefined) // It ends with the same error.
    throw error
  }
}

/** Sets the trace of the request for the triggers that write events into the outbox. */
function setTrace(sql: Sql) {
  return sql`select set_config('souk.traceparent', ${traceparentOf(requestContext().trace)}, true)`
}
function run(sql: Sql, statement: Statement): Promise<Row[]> {
  return Promise.resolve(sql<Row>`${statement}`)
}
