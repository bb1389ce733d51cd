// Checks that a service makes of its own data by schedule: whether invariants hold for what changed last, whether the provider's books
// are ours. One instance at a time makes a check, and its outcome is stored, so that every instance shows it after every restart.
import type { Database, Log } from '@souk/messaging'
import { type Sql, type Statement, Verbatim } from '@souk/postgres'
import type { Figures } from '../run/figures.ts'

type CheckContext = { readonly sql: Sql; readonly database: Database; readonly log: Log }
/** How many violations each check has found, by its name. */
export type Violations = Readonly<Record<string, number>>

/** A check that took long is made so much more rarely that it costs 2 % of a processor. */
const pausePerSecond = 50

/**
 * Makes a check when it is due, unless another instance makes it. It is due again after `seconds`, or later when it took long. A check
 * that throws, or whose process dies, is due again after `leaseSeconds`, which is longer than it may take.
 */
export async function checkInTurn(
  { sql }: Pick<CheckContext, 'sql'>,
  name: string,
  { seconds, leaseSeconds }: { seconds: number; leaseSeconds: number },
  find: () => Promise<Violations>,
): Promise<void> {
  const [mine] = await sql`
    insert into check_outcome (name, next_at)
    values (${name}, clock_timestamp() + make_interval(secs => ${leaseSeconds}))
    on conflict (name) do update set next_at = excluded.next_at
    where check_outcome.next_at <= clock_timestamp()
    returning name`
  if (!mine) return
  const started = performance.now()
  const found = { [name]: 0, ...(await find()) }
  const pause = Math.max(seconds, (pausePerSecond * (performance.now() - started)) / 1000)
  await sql`
    insert into check_outcome (name, violations, checked_at, next_at)
    select name, violations, clock_timestamp(), clock_timestamp() + make_interval(secs => ${pause})
    from unnest(${Object.keys(found)}::text[], ${Object.values(found)}::bigint[]) as found (name, violations)
    order by name
    on conflict (name) do update set
      violations = excluded.violations, checked_at = excluded.checked_at, next_at = excluded.next_at`
}

export interface Invariant {
  readonly id: string
  readonly sql: string
}
const seconds = 30
const leaseSeconds = 120

/** The schedule of a service that checks invariants. `find` returns the violations by the id of the invariant. */
export function invariantCheck<X extends CheckContext>(
  find: (context: X, stopping: AbortSignal) => Promise<Violations>,
): { name: string; seconds: number; run(context: X, stopping: AbortSignal): Promise<void> } {
  return {
    name: 'check-invariants',
    seconds,
    run: (context, stopping) =>
      checkInTurn(context, 'invariants', { seconds, leaseSeconds }, async () => {
        const found = await find(context, stopping)
        const broken = Object.entries(found).filter(([, count]) => count > 0)
        if (broken.length > 0)
          context.log.error({ violations: Object.fromEntries(broken) }, 'What must always hold does not: run verify.')
        return Object.fromEntries(Object.entries(found).map(([id, count]) => [`invariant ${id}`, count]))
      }),
  }
}

/**
 * Counts the rows that violate invariants in an excerpt of the database. `excerpt` is `with ...` and names excerpts of tables like the
 * tables, so that the same statements that `npm run verify` runs on everything read only these.
 */
export function countViolations(
  { database }: Pick<CheckContext, 'database'>,
  invariants: readonly Invariant[],
  excerpt: (sql: Sql) => Statement,
): Promise<Violations> {
  return database.transaction(async ({ sql }) => {
    // Some services plan by index only. An excerpt has none.
    await sql`
      select set_config(name, 'on', true) from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) as name`
    const counts: Record<string, number> = {}
    for (const { id, sql: text } of invariants) {
      const [row] = await sql<{ count: number }>`
        ${excerpt(sql)} select count(*) as count from (${new Verbatim(text)}) as violation`
      counts[id] = (counts[id] ?? 0) + (row?.count ?? 0)
    }
    return counts
  })
}

/** What the metrics tell of these invariants. */
export function invariantFigures(ids: readonly string[]): Figures {
  return {
    metrics: [
      {
        name: 'souk_invariant_violations',
        help: 'Violations of what must always hold, in the excerpt that was checked last; must be 0',
        label: 'invariant',
        values: [...new Set(ids)],
      },
    ],
    select: (sql) => sql`
      select 'souk_invariant_violations' as metric, substr(name, 11) as label, violations::float as value
      from check_outcome
      where name like 'invariant %' and violations is not null`,
  }
}
