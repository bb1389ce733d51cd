// Figures about a service's database for the metrics: whether it answers, and how many messages wait in it.
import type { Database } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import { answersSoon, withinASecond } from './database-health.ts'
import type { Metrics } from './metrics.ts'

const figures = [
  {
    name: 'souk_outbox_pending',
    help: 'Messages not yet published',
    ask: (sql: Sql) => sql<{ value: number }>`select count(*) as value from outbox`,
  },
  {
    name: 'souk_outbox_oldest_seconds',
    help: 'Age of the oldest message not yet published',
    ask: (sql: Sql) => sql<{ value: number }>`
      select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as value from outbox`,
  },
  {
    name: 'souk_dead_letters',
    help: 'Messages set aside',
    ask: (sql: Sql) => sql<{ value: number }>`select count(*) as value from dead_letter`,
  },
]

/** Declares the figures; they are read whenever somebody asks for the metrics. */
export function measureBacklogs(metrics: Metrics, databases: readonly { name: string; database: Database }[]): void {
  metrics.gauge(
    'souk_database_up',
    'Whether the database answers; while it does not, its other figures are missing',
    () =>
      databases.map(async (one) => ({ labels: { service: one.name }, value: Number(await answersSoon(one.database)) })),
  )
  for (const { name, help, ask } of figures) {
    metrics.gauge(name, help, () =>
      databases.map(async (one) => ({
        labels: { service: one.name },
        value: (await withinASecond(ask(one.database.sql)))[0]?.value ?? 0,
      })),
    )
  }
}
