// Whether a database answers. Health and metrics must answer even while a database hangs, so they wait for it one second.
import type { Database } from '@souk/messaging'
import pTimeout from 'p-timeout'

/** True when the database answers a statement within a second. */
export function answersSoon({ sql }: Database): Promise<boolean> {
  return withinASecond(sql`select 1 as one`).then(
    () => true,
    () => false,
  )
}

/** Resolves with the rows of a statement, or rejects after one second. */
export function withinASecond<T>(statement: PromiseLike<T>): Promise<T> {
  return pTimeout(statement, { milliseconds: 1_000, message: 'The database does not answer.' })
}
