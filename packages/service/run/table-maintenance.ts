// Creates partitions of a service's message tables for the days to come, and drops old rows.
import type { Database, Log } from '@souk/messaging'

/** Days that replies to repeated requests are kept. The days of the other tables are in messaging's migration 002. */
const keptDays = 3
const everyMs = 3_600_000

/** Maintains the tables now and every hour. Resolves, after the first time, with the function that stops it. */
export async function startTableMaintenance(database: Database, log: Log): Promise<() => Promise<void>> {
  await maintainTables(database)
  const timer = setInterval(() => {
    maintainTables(database).catch((error) =>
      log.warn({ error: String(error) }, 'The maintenance of the message tables failed; it is repeated in an hour.'),
    )
  }, everyMs)
  timer.unref()
  return async () => clearInterval(timer)
}

async function maintainTables({ sql }: Database): Promise<void> {
  await sql`select keep_message_tables()`
  for (;;) {
    const gone = await sql`
      delete from idempotency
      where (scope, key) in (
        select scope, key from idempotency
        where created_at < clock_timestamp() - make_interval(days => ${keptDays})
        limit 5000)
      returning key`
    if (gone.length === 0) return
  }
}
