// Background work: jobs on a durable queue in the service's own database (graphile-worker), and schedules, done every few seconds.
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Database, Log, Transaction as MessagingTransaction } from '@souk/messaging'
import { type Connection, type Sql, urlWithTimeouts } from '@souk/postgres'
import { Logger, type Runner, runMigrations, run as runWorker, type TaskList } from 'graphile-worker'
import type { Job, JobOptions, Schedule } from '../run/define-service.ts'

// The worker keeps connections of its own: its statements must not wait behind those of requests, nor these behind its.

/** Ctrl-C waits this long for what is in hand. A job that takes longer is given back and runs again at the next start. */
const stopAtMostMs = 1_000

export interface JobRunner {
  stop(): Promise<void>
}
export interface ScheduleRunner extends JobRunner {
  /** Runs the schedule of this name now, or once more when it is running. */
  runSoon(name: string): void
}

/** Makes the queue's tables. Before the first job can be put on it. */
export async function prepareJobs(database: Database): Promise<void> {
  await runMigrations({ connectionString: database.url, logger: quiet })
}

function enqueueWith(sql: Sql) {
  return (name: string, payload: unknown, options: JobOptions = {}) => sql`
    select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json,
      job_key := ${options.key ?? null}, run_at := ${options.runAt?.toISOString() ?? null}::timestamptz,
      max_attempts := ${options.maxAttempts ?? 12}::int)`
}

/** A transaction as stories know it: it can also put jobs on the queue. */
export function withJobs(transaction: MessagingTransaction) {
  return { ...transaction, enqueue: enqueueWith(transaction.sql) }
}

export async function startJobs<X>(
  database: Database,
  jobs: readonly Job<X>[],
  context: () => X,
  log: Log,
  onRun: (name: string, milliseconds: number, failed: boolean) => void,
): Promise<JobRunner> {
  if (jobs.length === 0) return { stop: async () => undefined }
  const taskList: TaskList = Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload: unknown) => {
        const started = performance.now()
        try {
          await job.run(payload as never, context())
          onRun(job.name, performance.now() - started, false)
        } catch (error) {
          onRun(job.name, performance.now() - started, true)
          log.warn({ job: job.name, error: String(error) }, 'A job failed; it will be tried again.')
          throw error
        }
      },
    ]),
  )
  const events = new EventEmitter()
  const created = once(events, 'pool:create')
  const runner: Runner = await runWorker({
    events,
    connectionString: urlWithTimeouts(database.url),
    maxPoolSize: 4,
    taskList,
    concurrency: 2,
    noHandleSignals: true,
    // New jobs are announced; this is for those whose time comes later.
    pollInterval: 2000,
    logger: quiet,
    preset: { worker: { gracefulShutdownAbortTimeout: stopAtMostMs } },
  })
  const [{ workerPool }] = await created
  const watch = await watchOverJobs(database, workerPool.id, log)
  return {
    async stop() {
      await runner.stop()
      await watch.stop()
    },
  }
}

const watchSeconds = 5

/**
 * Gives back the jobs of workers whose process has died; the queue itself would wait four hours. A worker lives while its
 * connection holds a lock on its name. One whose connection was lost for a moment may see a job run twice, as jobs may.
 */
async function watchOverJobs(database: Database, workerId: string, log: Log): Promise<JobRunner> {
  let connection: Connection | undefined
  const connect = async () => {
    const opened = await database.connect()
    opened.onEnd(() => {
      connection = undefined
    })
    return opened
  }
  const look = async () => {
    connection ??= await connect()
    const { sql } = connection
    await sql`select pg_advisory_lock(hashtextextended(${workerId}, 0))` // Held already, it is held once more.
    await sql`
      select graphile_worker.force_unlock_workers(array_agg(locked_by))
      from (
        select distinct locked_by
        from graphile_worker.jobs
        where locked_by <> ${workerId} and locked_at < clock_timestamp() - make_interval(secs => ${watchSeconds})
      ) as other
      where pg_try_advisory_xact_lock(hashtextextended(locked_by, 0))`
  }
  await look().catch((error) => log.warn({ error: String(error) }, 'Jobs are watched over a little later.'))
  const schedules = startSchedules(
    [{ name: 'watch-over-jobs', seconds: watchSeconds, run: look }],
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

/** Runs each habit again and again, never twice at once in one process. A failure is logged, and the next time comes. */
export function startSchedules<X>(schedules: readonly Schedule<X>[], context: () => X, log: Log): ScheduleRunner {
  const stopping = new AbortController()
  const soon = new Map<string, () => void>()
  const stops = schedules.map((habit) => {
    let timer: NodeJS.Timeout | undefined
    let working: Promise<void> | undefined
    let isWanted = false
    const run = () => {
      clearTimeout(timer)
      isWanted = false
      working = habit
        .run(context(), stopping.signal)
        .catch((error) => log.warn({ habit: habit.name, error: String(error) }, 'A habit failed; its next time comes.'))
        .finally(next)
    }
    const next = () => {
      working = undefined
      if (!stopping.signal.aborted) timer = setTimeout(run, isWanted ? 0 : habit.seconds * 1000)
    }
    next()
    soon.set(habit.name, () => {
      if (working) isWanted = true
      else if (!stopping.signal.aborted) run()
    })
    return async () => {
      clearTimeout(timer)
      await working
    }
  })
  return {
    runSoon: (name) => soon.get(name)?.(),
    async stop() {
      stopping.abort()
      const ended = Promise.all(stops.map((stop) => stop()))
      await Promise.race([ended, pause(stopAtMostMs, undefined, { ref: false })])
    },
  }
}

const quiet = new Logger(() => () => undefined)
