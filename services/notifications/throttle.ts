// Limits of what strangers can cause: letters to others, text messages that cost money. Counts are in the database, so all instances share
// them. An attempt is counted before it is made, in one statement, so attempts in parallel are counted exactly.
import { columns } from '@souk/postgres'
import { Refusal } from '@souk/service'
import type { NotificationsContext } from './context.ts'

export interface Limit {
  /** What is counted: a network, a mailbox, a customer. */
  bucket: string
  most: number
  windowSeconds: number
}
const limitRows = columns<Limit>({
  bucket: ['text', (limit) => limit.bucket],
  most: ['int', (limit) => limit.most],
  window_seconds: ['int', (limit) => limit.windowSeconds],
})

/** Counts one attempt in each bucket. Returns the seconds to wait when one of them is full, or 0. */
export async function countAttempt(
  { sql, now }: Pick<NotificationsContext, 'sql' | 'now'>,
  limits: readonly Limit[],
): Promise<number> {
  const time = now().toISOString()
  const [longest] = await sql<{ waitSeconds: number }>`
    with limits as materialized (
      select * from ${limitRows(limits)} as limits
    ), counted as (
      insert into throttle (bucket, tries, window_ends_at)
      select bucket, 1, ${time}::timestamptz + make_interval(secs => window_seconds)
      from limits
      order by bucket
      on conflict (bucket) do update set
        tries = case when throttle.window_ends_at <= ${time} then 1 else throttle.tries + 1 end,
        window_ends_at = case when throttle.window_ends_at <= ${time} then excluded.window_ends_at else throttle.window_ends_at end
      returning bucket, tries, window_ends_at
    )
    select greatest(1, ceil(extract(epoch from window_ends_at - ${time}::timestamptz)))::int as wait_seconds
    from counted
    join limits using (bucket)
    where tries > most
    order by wait_seconds desc
    limit 1`
  return longest?.waitSeconds ?? 0
}

/** The same, and refuses with too-many-requests when a bucket is full. */
export async function takeAttempt(
  context: Pick<NotificationsContext, 'sql' | 'now'>,
  limits: readonly Limit[],
): Promise<void> {
  const retryAfterSeconds = await countAttempt(context, limits)
  if (retryAfterSeconds > 0)
    throw new Refusal('too-many-requests', 429, 'Too many attempts. Wait a little, then try again.', {
      retryAfterSeconds,
    })
}
