// Rate limits. An attempt is counted before it is made, in one statement, so attempts in parallel are counted exactly. The
// counts are in the database (table throttle), so all instances of the service share them.
import { columns } from '@souk/postgres'
import { Refusal } from '@souk/service'
import type { UsersContext } from '../context.ts'

export interface RateLimit {
  /** What is counted: an account, an IP address, a mailbox. */
  bucket: string
  mostAttempts: number
  windowSeconds: number
  /** The length of a window after a hundred failed attempts in a row. */
  longWindowSeconds?: number
}
const attemptsBeforeLongWindow = 100

const limitRows = columns<RateLimit>({
  bucket: ['text', (limit) => limit.bucket],
  most_attempts: ['int', (limit) => limit.mostAttempts],
  window_seconds: ['int', (limit) => limit.windowSeconds],
  long_window_seconds: ['int', (limit) => limit.longWindowSeconds ?? limit.windowSeconds],
})

/** Counts one attempt in each bucket. Refuses with too-many-requests, and the seconds to wait, when one of them is full. */
export async function countAttempt({ sql, now }: UsersContext, limits: readonly RateLimit[]): Promise<void> {
  const time = now().toISOString()
  const [longest] = await sql<{ waitSeconds: number }>`
    with limits as materialized (
      select * from ${limitRows(limits)} as limits
    ), counted as (
      insert into throttle (bucket, tries, tries_in_a_row, window_ends_at)
      select bucket, 1, 1, ${time}::timestamptz + make_interval(secs => window_seconds)
      from limits
      order by bucket
      on conflict (bucket) do update set
        tries = case when throttle.window_ends_at <= ${time} then 1 else throttle.tries + 1 end,
        tries_in_a_row = throttle.tries_in_a_row + 1,
        window_ends_at = case
          when throttle.window_ends_at > ${time} then throttle.window_ends_at
          when throttle.tries_in_a_row >= ${attemptsBeforeLongWindow} then ${time}::timestamptz + make_interval(
            secs => (select long_window_seconds from limits where limits.bucket = throttle.bucket))
          else excluded.window_ends_at
        end
      returning bucket, tries, window_ends_at
    )
    select greatest(1, ceil(extract(epoch from window_ends_at - ${time}::timestamptz)))::int as wait_seconds
    from counted
    join limits using (bucket)
    where tries > most_attempts
    order by wait_seconds desc
    limit 1`
  if (longest) {
    throw new Refusal('too-many-requests', 429, 'Too many attempts. Wait a little, then try again.', {
      retryAfterSeconds: longest.waitSeconds,
    })
  }
}

/** Takes an attempt back that must not count: it succeeded, or it failed for a reason that is ours. */
export async function uncountAttempt(
  { sql }: UsersContext,
  limits: readonly RateLimit[],
  outcome: 'succeeded' | 'failed',
): Promise<void> {
  await sql`
    with mine as (
      select bucket from throttle where bucket = any(${limits.map((limit) => limit.bucket)}) order by bucket for update
    )
    update throttle
    set
      tries = greatest(tries - 1, 0),
      tries_in_a_row = case when ${outcome === 'succeeded'} then 0 else greatest(tries_in_a_row - 1, 0) end
    from mine
    where throttle.bucket = mine.bucket`
}
