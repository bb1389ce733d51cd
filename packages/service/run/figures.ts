// Figures that are read from a service's database when somebody asks for the metrics: what waits, and since when. Each is a statement
// that touches few rows whatever the size of the tables; all figures of a service are one statement.
import type { Sql, Statement } from '@souk/postgres'

export interface FigureRow {
  /** The metric. */
  metric: string
  /** The value of its label besides `service`, or an empty text. */
  label: string
  value: number
}
export interface Figures {
  /** Their metrics. With `values`, the figures of label values that the statement does not return are zero. */
  readonly metrics: readonly {
    readonly name: string
    readonly help: string
    readonly label?: string
    readonly values?: readonly string[]
    /** False where the figure has no label `service`, because there is only one of it (true). */
    readonly perService?: boolean
  }[]
  /** A select of FigureRows. It must not read more than `mostCounted` rows. */
  readonly select: (sql: Sql) => Statement
}

/** A count ends here: whoever is told of 10,001 knows enough. */
export const mostCounted = 10_001

export const messageFigures: Figures = {
  metrics: [
    { name: 'souk_outbox_pending', help: 'Messages not yet published, at most 10001' },
    { name: 'souk_outbox_oldest_seconds', help: 'Age of the oldest message not yet published' },
    { name: 'souk_dead_letters', help: 'Messages set aside because their reaction failed, at most 10001' },
  ],
  select: (sql) => sql`
    select 'souk_outbox_pending' as metric, '' as label, count(*)::float as value
    from (select from outbox limit ${mostCounted}) as waiting
    union all
    select 'souk_outbox_oldest_seconds', '', coalesce(extract(epoch from clock_timestamp() - (
      select created_at from outbox order by id limit 1)), 0)::float
    union all
    select 'souk_dead_letters', '', count(*)::float
    from (select from dead_letter limit ${mostCounted}) as aside`,
}

export const jobFigures: Figures = {
  metrics: [
    { name: 'souk_jobs_pending', help: 'Jobs that are due, at most 10001' },
    { name: 'souk_jobs_oldest_seconds', help: 'How long the oldest job is due' },
  ],
  select: (sql) => sql`
    select figure.metric, '' as label, figure.value
    from (
      select count(*)::float as pending, coalesce(extract(epoch from max(clock_timestamp() - run_at)), 0)::float as oldest
      from (
        select run_at from graphile_worker.jobs
        where run_at <= clock_timestamp() and attempts < max_attempts
        limit ${mostCounted}
      ) as due
    ) as jobs
    cross join lateral (values ('souk_jobs_pending', pending), ('souk_jobs_oldest_seconds', oldest)) as figure (metric, value)`,
}
