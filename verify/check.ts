// What a check of an invariant is, and what checks share: SQL that returns violations, collecting them, and reading in batches.
import { type Sql, Verbatim } from '@souk/postgres'

/** One invariant, and how to find its violations. */
export interface Check {
  id: string
  /** What must hold. */
  statement: string
  /** Where it is checked: a service, or several. */
  where: string
  find(shop: ShopToVerify): Promise<Violations>
}
export interface Violations {
  count: number
  /** The first few, in words. */
  details: string[]
}
export interface ShopToVerify {
  sql(service: string): Sql
  /** What changed within this time may still be under way. Zero when nothing is. */
  graceSeconds: number
  /** The same for money, because a provider may be slow to answer. */
  moneyGraceSeconds: number
  /** The file of the simulated provider's journal, if there is one. */
  journal: string | undefined
}

/** On an open shop, a suspect is checked a second time after this wait: it may have changed between two of our reads. */
export const recheckMs = 2_000
const mostDetails = 5

/** A check by SQL that returns one row for each violation: in words as `detail`, or the row that violates it. */
export function bySql(where: string, invariant: { id: string; statement: string; sql: string }): Check {
  return {
    id: invariant.id,
    statement: invariant.statement,
    where,
    async find(shop) {
      const rows = await shop.sql(where)<{ count: number; violation: Record<string, unknown> }>`
        select count(*) over () as count, to_json(violation) as violation
        from (${new Verbatim(invariant.sql)}) as violation
        limit ${mostDetails}`
      return { count: rows[0]?.count ?? 0, details: rows.map(({ violation }) => inWords(violation)) }
    },
  }
}

function inWords(row: Record<string, unknown>): string {
  if (typeof row.detail === 'string') return row.detail
  return Object.entries(row)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** Collects the violations of several invariants. Keeps no more details than are shown. */
export function collectViolations() {
  const byId = new Map<string, Violations>()
  return {
    add(id: string, detail: string) {
      const violations = byId.get(id) ?? { count: 0, details: [] }
      violations.count += 1
      if (violations.details.length < mostDetails) violations.details.push(detail)
      byId.set(id, violations)
    },
    of: (id: string): Violations => byId.get(id) ?? { count: 0, details: [] },
  }
}

/** Reads rows by ascending key, a batch at a time, so that a large shop needs no more memory than a small one. */
export async function* inBatches<Row, Key>(
  read: (after: Key) => PromiseLike<Row[]>,
  keyOf: (row: Row) => Key,
  first: Key,
): AsyncGenerator<Row[]> {
  let after = first
  for (;;) {
    const rows = await read(after)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = keyOf(last)
  }
}
export const smallestId = '00000000-0000-0000-0000-000000000000'
