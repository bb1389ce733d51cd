// What a failed statement means: the database is unavailable, other work was in the way, or a constraint refused a row.
import pg from 'pg'

/**
 * The database cannot be used at the moment: it cannot be reached, the connection was lost, it is starting or stopping, it has
 * too much to do, or this process has closed it. Nothing is known to be wrong with the statement. After a lost connection, a
 * commit may have taken effect. `cause` is the driver's error, if there is one.
 */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** The server reports that it, not the statement, is the problem: connection, resources, shutdown, ended idle transaction. */
const unavailableStates = /^(08|53|57P)|^25P03$/

/** The driver's error as a DatabaseUnavailable if the server reports that it cannot work; otherwise the error itself. */
export function unavailableIfReported(error: unknown): unknown {
  return unavailableStates.test(sqlState(error) ?? '') ? unavailable(error) : error
}

/** A DatabaseUnavailable with this cause. */
export function unavailable(cause: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable(`The database is unavailable: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  })
}

/** True when the database was unavailable. The same work may succeed as soon as it is available again. */
export function isTransient(error: unknown): boolean {
  return error instanceof DatabaseUnavailable
}

/**
 * True when a statement gave up because of other work in the database: serialization failure, deadlock, lock timeout, statement
 * timeout, or a migration that changed what it returns. The same work may succeed when it is done again, but a statement that always
 * takes too long never will.
 */
export function isContention(error: unknown): boolean {
  return isStalePlan(error) || ['40001', '40P01', '55P03', '57014'].includes(sqlState(error) ?? '')
}

/**
 * True when a prepared statement was refused before it did anything, because it would return other columns than when it was prepared:
 * it selects `*`, and a migration has added a column meanwhile. The server refuses it for as long as it is prepared.
 */
export function isStalePlan(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
}

/** True when a unique constraint (of that name, if given) refused a row. */
export function isDuplicate(error: unknown, constraint?: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && (!constraint || error.constraint === constraint)
}

/** The SQLSTATE of a database error, or undefined. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
