// How often something may be tried. Each try is counted before it is made, in one statement, so two hundred at once are
// counted exactly; a success gives its try back. Shared by all instances, since it counts in the database.
import { Refusal } from '@souk/service'
import type { UsersContext } from '../context.ts'

export interface Limit {
  /** What is counted: an account, an address, a mailbox. */
  bucket: string
  tries: number
  seconds: number
  /** The window once a hundred tries in a row have failed. */
  secondsAfterMany?: number
}
const many = 100

/** Counts one try in each bucket. Refuses with too-many-requests when one of them is full. */
export async function countTry({ sql, now }: UsersContext, limits: readonly Limit[]): Promise<void> {
  const time = now().toISOString()
  const full = await sql<{ waitSeconds: number }>`
    with counted as (
      insert into throttle (bucket, tries, tries_in_a_row, window_ends_at)
      select bucket, 1, 1, ${time}::timestamptz + make_interval(secs => seconds)
      from unnest(${limits.map((it) => it.bucket)}::text[], ${limits.map((it) => it.seconds)}::int[]) as limits (bucket, seconds)
      order by bucket
      on conflict (bucket) do update set
        tries = case when throttle.window_ends_at <= ${time} then 1 else throttle.tries + 1 end,
        tries_in_a_row = throttle.tries_in_a_row + 1,
        window_ends_at = case
          when throttle.window_ends_at > ${time} then throttle.window_ends_at
          when throttle.tries_in_a_row >= ${many} then ${time}::timestamptz + make_interval(secs => (
            select long from unnest(${limits.map((it) => it.bucket)}::text[], ${limits.map((it) => it.secondsAfterMany ?? it.seconds)}::int[])
              as longer (bucket, long) where longer.bucket = throttle.bucket))
          else excluded.window_ends_at
        end
      returning bucket, tries, window_ends_at
    )
    select greatest(1, ceil(extract(epoch from counted.window_ends_at - ${time}::timestamptz)))::int as wait_seconds
    from counted
    join unnest(${limits.map((it) => it.bucket)}::text[], ${limits.map((it) => it.tries)}::int[]) as limits (bucket, most)
      on limits.bucket = counted.bucket
    where counted.tries > limits.most
    order by wait_seconds desc`
  const [longest] = full
  if (longest) {
    throw new Refusal('too-many-requests', 429, 'Too many tries. Wait a little, then try again.', {
      retryAfterSeconds: longest.waitSeconds,
    })
  }
}

/** Gives a try back: it succeeded, or it failed through no fault of its maker. */
export async function giveBack({ sql }: UsersContext, limits: readonly Limit[], succeeded: boolean): Promise<void> {
  await sql`
    with mine as (
      select bucket from throttle where bucket = any(${limits.map((it) => it.bucket)}) order by bucket for update
    )
    update throttle
    set
      tries = greatest(tries - 1, 0),
      tries_in_a_row = case when ${succeeded} then 0 else greatest(tries_in_a_row - 1, 0) end
    from mine
    where throttle.bucket = mine.bucket`
}
