// Gives the jobs of workers whose process has died back to the queue. The queue itself would do so only after four hours.
import type { Database, Log } from '@souk/messaging'
import type { Connection } from '@souk/postgres'
import { startSchedules } from './schedules.ts'

const checkSeconds = 5

/**
 * Takes a lock for this worker, which lives as long as its connection, and looks every few seconds for jobs whose worker has no
 * lock. A worker whose connection was lost for a moment may see a job run twice, which jobs allow for.
 */
export async function startAbandonedJobsCheck(
  database: Database,
  workerId: string,
  log: Log,
): Promise<{ stop(): Promise<void> }> {
  let connection: Connection | undefined
  async function connect(): Promise<Connection> {
    const opened = await database.connect()
    opened.onEnd(() => {
      connection = undefined
    })
    return opened
  }
  async function check(): Promise<void> {
    connection ??= await connect()
    const { sql } = connection
    await sql`select pg_advisory_lock(hashtextextended(${workerId}, 0))` // A second time, the lock is only counted.
    await sql`
      select graphile_worker.force_unlock_workers(array_agg(locked_by))
      from (
        select distinct locked_by
        from graphile_worker.jobs
        where locked_by <> ${workerId} and locked_at < clock_timestamp() - make_interval(secs => ${checkSeconds})
      ) as other
      where pg_try_advisory_xact_lock(hashtextextended(locked_by, 0))`
  }
  await check().catch((error) =>
    log.warn({ error: String(error) }, 'The check for abandoned jobs failed; it is repeated.'),
  )
  const schedules = startSchedules(
    [{ name: 'abandoned-jobs', seconds: checkSeconds, run: check }],
    () => undefined,
    log,
  )
  return {
    async stop() {
      await schedules.stop()
      await connection?.close()
    },
  }
}
