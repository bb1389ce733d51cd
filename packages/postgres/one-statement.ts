// Several changes as one statement: one round trip and, outside a transaction, one commit.
import { type Sql, type Statement, Verbatim } from './sql.ts'

/** What runs together with a statement, in one snapshot and one commit. */
export interface Accompaniment {
  /** Rows that all parts may read as `given`. */
  given?: Statement
  /** Further statements. They may read what the first one returned as `changed`. */
  also?: readonly Statement[]
}

/** The statement and its accompaniment as `with given as (...), changed as (...), also_0 as (...) select * from changed`. */
export function oneStatement<R>(sql: Sql, statement: Statement<R>, { given, also = [] }: Accompaniment): Statement<R> {
  let whole = given ? sql`with given as materialized (${given}), ` : sql`with `
  whole = sql`${whole}changed as (${statement})`
  for (const [index, part] of also.entries()) whole = sql`${whole}, ${new Verbatim(`also_${index}`)} as (${part})`
  return sql<R>`${whole} select * from changed`
}
