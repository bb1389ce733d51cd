// What a failed statement means: a constraint said no, the same work may succeed later, or the database cannot be reached.
import pg from 'pg'

/** The database takes no further statements at the moment: too many are waiting, or it is being closed. */
export class DatabaseBusy extends Error {
  override name = 'DatabaseBusy'
}

/** The SQLSTATE of a database error, or undefined. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

/** True when a unique constraint (of that name, if given) refused a row. */
export function isDuplicate(error: unknown, constraint?: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && (!constraint || error.constraint === constraint)
}

/** True when the same work may succeed if it is simply done again: serialization failure, deadlock, lock timeout. */
export function isRetriable(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(sqlState(error) ?? '')
}
