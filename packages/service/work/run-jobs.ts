// Runs a service's jobs: work on a durable queue in the service's own database (graphile-worker).
import { EventEmitter, once } from 'node:events'
import { continueTrace, type Database, type Log, type Trace } from '@souk/messaging'
import { urlWithTimeouts } from '@souk/postgres'
import { type JobHelpers, Logger, runMigrations, run as runWorker, type TaskList } from 'graphile-worker'
import type { Job } from '../run/define-service.ts'
import { beginSpan, during } from '../run/telemetry.ts'
import { startAbandonedJobsCheck } from './abandoned-jobs.ts'
import { traceparentIn } from './enqueue-job.ts'

/** Ctrl-C waits this long for jobs in progress. A job that takes longer goes back to the queue and runs at the next start. */
const stopWaitMs = 1_000
/** New jobs are announced by a notification. This is for those whose time comes later. */
const pollIntervalMs = 2_000
/** The worker logs nothing; each run is reported by `onRun`. */
const silentLogger = new Logger(() => () => undefined)

export interface JobRunner {
  stop(): Promise<void>
}

/** Creates the queue's tables if they are missing. Needed before the first job can be put on it. */
export async function prepareJobs(database: Database): Promise<void> {
  await runMigrations({ connectionString: database.url, logger: silentLogger })
}

/** True when the queue's tables are there. */
export async function hasJobs({ sql }: Pick<Database, 'sql'>): Promise<boolean> {
  const [found] = await sql<{ there: boolean }>`select to_regclass('graphile_worker.migrations') is not null as there`
  return found?.there === true
}

/**
 * Starts a worker for these jobs, with connections of its own: its statements do not wait behind those of requests. `onRun` is
 * called after each run. A job that throws runs again later, with exponential back-off.
 */
export async function startJobs<X>(
  database: Database,
  service: string,
  jobs: readonly Job<X>[],
  context: (trace: Trace) => X,
  log: Log,
  onRun: (name: string, milliseconds: number, failed: boolean, trace: Trace) => void,
): Promise<JobRunner> {
  if (jobs.length === 0) return { stop: async () => undefined }
  const taskList: TaskList = Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload: unknown, { job: { flags } }: JobHelpers) => {
        const trace = continueTrace(traceparentIn(flags))
        const span = beginSpan('consumer', `job ${job.name}`, { trace, service }, { 'souk.job': job.name })
        const started = performance.now()
        let failed = true
        try {
          // `job` has checked the payload's type against the job's.
          await during(span, () => job.run(payload as never, context(trace)))
          failed = false
        } catch (error) {
          const { traceId, spanId } = trace
          log.warn(
            { service, job: job.name, error: String(error), traceId, spanId },
            'A job failed; it will be tried again.',
          )
          throw error
        } finally {
          onRun(job.name, performance.now() - started, failed, trace)
        }
      },
    ]),
  )
  const events = new EventEmitter()
  const created = once(events, 'pool:create')
  const runner = await runWorker({
    events,
    connectionString: urlWithTimeouts(database.url),
    maxPoolSize: 4,
    taskList,
    concurrency: 2,
    noHandleSignals: true,
    pollInterval: pollIntervalMs,
    logger: silentLogger,
    preset: { worker: { gracefulShutdownAbortTimeout: stopWaitMs } },
  })
  const [{ workerPool }] = await created
  const check = await startAbandonedJobsCheck(database, workerPool.id, log)
  return {
    async stop() {
      await runner.stop()
      await check.stop()
    },
  }
}
