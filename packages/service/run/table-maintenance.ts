// What a service's tables of messages need while it runs: partitions for the days to come, and an end to what is old; and the
// figures that say whether the database answers and whether messages pile up.
import type { Database, Log } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import type { Metrics } from './metrics.ts'

/** Days that rows are kept: inbox ≥ outbox_sent + broker + replays by hand. */
const keptDays = { inbox: 30, outboxSent: 14, idempotency: 3 }
const everyMs = 3_600_000
const patienceMs = 1_000

/** Looks after the tables now and every hour. Resolves with how to stop. */
export async function startTableMaintenance(database: Database, log: Log): Promise<() => Promise<void>> {
  await maintainTables(database)
  const timer = setInterval(() => {
    maintainTables(database).catch((error) =>
      log.warn({ error: String(error) }, 'The tables of messages were not looked after.'),
    )
  }, everyMs)
  timer.unref()
  return async () => clearInterval(timer)
}

async function maintainTables({ sql }: Database): Promise<void> {
  await sql`
    select keep_days('outbox_sent', 'time', ${keptDays.outboxSent}), keep_days('inbox', 'uuid', ${keptDays.inbox})`
  for (;;) {
    const gone = await sql`
      delete from idempotency
      where (scope, key) in (
        select scope, key from idempotency
        where created_at < clock_timestamp() - make_interval(days => ${keptDays.idempotency})
        limit 5000)
      returning key`
    if (gone.length === 0) return
  }
}

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

export function measureBacklogs(metrics: Metrics, databases: readonly { name: string; database: Database }[]): void {
  metrics.gauge(
    'souk_database_up',
    'Whether the database answers; while it does not, its other figures are missing',
    () => databases.map(async (one) => ({ labels: { service: one.name }, value: Number(await answers(one.database)) })),
  )
  for (const { name, help, ask } of figures) {
    metrics.gauge(name, help, () =>
      databases.map(async (one) => ({
        labels: { service: one.name },
        value: (await soon(ask(one.database.sql)))[0]?.value ?? 0,
      })),
    )
  }
}

export function answers({ sql }: Database): Promise<boolean> {
  return soon(sql`select 1 as one`).then(
    () => true,
    () => false,
  )
}

/** A database that stands still must not keep those waiting who ask how things are. */
async function soon<T>(asked: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The database does not answer.')), patienceMs)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
