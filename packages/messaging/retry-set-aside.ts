// Retries the messages that a consumer has set aside, each when its time has come.
import { isTransient } from '@souk/postgres'
import type { Database } from './database.ts'
import type { Envelope } from './envelope.ts'
import { record } from './inbox.ts'
import { type MessageHandler, originOf, Unprocessable } from './message-handler.ts'
import { findDue, isAnyWaiting, postpone, takeForRetry } from './set-aside.ts'
import type { Log } from './transports/transport.ts'

export interface Retries {
  /** This process has set a message aside: from now on, the database is asked often. */
  expect(): void
  /** Seconds until the next retry, given the number of failures and the last error. */
  secondsAfter(failures: number, error: unknown): number | 'never'
  start(): void
  /** Waits for the retry in progress. */
  stop(): Promise<void>
}

const defaultRetrySeconds = [0.1, 0.5, 2, 5, 30, 120, 600, 600]
const pollMs = 100
/** While no message is known to wait, only every 30th poll asks the database, for messages set aside by other processes. */
const idlePolls = 30

/** `retrySeconds`: seconds until each further try. After the last one, the message is a dead letter. */
export function makeRetries(
  { database, group, log, retrySeconds = defaultRetrySeconds }: RetryOptions,
  { react, report }: MessageHandler,
): Retries {
  let isStopping = false
  let isWaiting = true
  let skippedPolls = 0
  let timer: NodeJS.Timeout | undefined
  let retrying: Promise<void> | undefined
  const { sql } = database

  function poll(): void {
    if (retrying || (!isWaiting && ++skippedPolls < idlePolls)) return
    skippedPolls = 0
    retrying = retryDue()
      .catch((error) => log.warn({ error: String(error) }, 'Set-aside messages could not be retried.'))
      .finally(() => {
        retrying = undefined
      })
  }

  async function retryDue(): Promise<void> {
    isWaiting ||= await isAnyWaiting(group, sql)
    if (!isWaiting) return
    for (const eventId of await findDue(group, sql)) if (!isStopping) await retry(eventId)
    isWaiting = await isAnyWaiting(group, sql)
  }

  async function retry(eventId: string): Promise<void> {
    const started = performance.now()
    let taken: { envelope: Envelope; attempts: number } | undefined
    const origin = originOf()
    try {
      await database.transaction(async (transaction) => {
        taken = await takeForRetry(group, eventId, transaction.sql)
        if (!taken) return
        const fresh = await record(group, [eventId], transaction.sql)
        if (fresh.size > 0) await react(taken.envelope, transaction, origin)
      }, origin)
      if (taken) report(taken.envelope, 'done', performance.now() - started)
    } catch (error) {
      if (isTransient(error) || !taken) throw error
      const failures = taken.attempts + 1
      await postpone(group, eventId, failures, error, secondsAfter(failures, error), sql)
      report(taken.envelope, 'failed', performance.now() - started)
    }
  }

  function secondsAfter(failures: number, error: unknown): number | 'never' {
    return error instanceof Unprocessable ? 'never' : (retrySeconds[failures - 1] ?? 'never')
  }

  return {
    secondsAfter,
    expect() {
      isWaiting = true
    },
    start() {
      timer = setInterval(poll, pollMs)
    },
    async stop() {
      isStopping = true
      clearInterval(timer)
      await retrying
    },
  }
}

export interface RetryOptions {
  database: Database
  /** The consumer's name: the service. */
  group: string
  log: Log
  retrySeconds?: readonly number[]
}
