// How a story puts a job on the queue: inside its transaction, so that the job exists if, and only if, the transaction commits.
import { type Transaction as MessagingTransaction, type Trace, traceparentOf } from '@souk/messaging'

export interface JobOptions {
  /** A second job with the same key replaces the first while that has not started. */
  key?: string
  /** When it runs at the earliest (now). */
  runAt?: Date
  /** How often it is tried in all (12). */
  maxAttempts?: number
}

/** A transaction as stories know it. */
export interface Transaction extends MessagingTransaction {
  /** Puts a job on the service's queue; it runs after the commit, and again until it succeeds. */
  enqueue(job: string, payload: unknown, options?: JobOptions): PromiseLike<unknown>
}

const prefix = 'traceparent:'
/** The traceparent of what put a job on the queue, from the flags of the job. Jobs of releases before have none. */
export function traceparentIn(flags: Readonly<Record<string, boolean>> | null): string | undefined {
  return Object.keys(flags ?? {})
    .find((flag) => flag.startsWith(prefix))
    ?.slice(prefix.length)
}

/** Adds `enqueue` to a transaction. A job carries its trace as a flag, which the queue stores and looks at no further. */
export function withJobs(transaction: MessagingTransaction, trace: Trace): Transaction {
  const { sql } = transaction
  return {
    ...transaction,
    enqueue: (name, payload, { key, runAt, maxAttempts = 12 } = {}) => sql`
      select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json,
        job_key := ${key ?? null}, run_at := ${runAt?.toISOString() ?? null}::timestamptz,
        max_attempts := ${maxAttempts}::int, flags := ${[prefix + traceparentOf(trace)]}::text[])`,
  }
}
