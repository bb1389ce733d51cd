// Limits of what strangers may try: finding an order by number and e-mail address, and declaring a withdrawal. The counts are in the
// database, so all instances share them. Attempts are counted before they are made, so those that come at once are counted exactly.
import { columns } from '@souk/postgres'
import { keyedHash, Refusal } from '@souk/service'
import type { OrdersContext } from '../context.ts'

export interface AttemptLimit {
  /** What is counted, as a keyed hash (`bucketOf`). */
  bucket: string
  most: number
  windowSeconds: number
}
const hour = 3_600
const day = 86_400

/** The bucket of what is counted; the database does not hold networks and mailboxes. */
export function bucketOf(purpose: string, who: string, { settings }: Pick<OrdersContext, 'settings'>): string {
  return `${purpose} ${keyedHash(purpose, who, settings.holderSecret)}`
}

/** A limit by hour and one by day of the same thing. */
export function hourlyAndDaily(bucket: string, perHour: number, perDay: number): AttemptLimit[] {
  return [
    { bucket: `${bucket} hour`, most: perHour, windowSeconds: hour },
    { bucket: `${bucket} day`, most: perDay, windowSeconds: day },
  ]
}

const limitRows = columns<AttemptLimit>({
  bucket: ['text', (limit) => limit.bucket],
  most: ['integer', (limit) => limit.most],
  window_seconds: ['integer', (limit) => limit.windowSeconds],
})

/** Counts one attempt in each bucket. Returns 0, or the seconds to wait when one of them is full. */
export async function countAttempt(limits: readonly AttemptLimit[], { sql, now }: OrdersContext): Promise<number> {
  const time = now().toISOString()
  const [longest] = await sql<{ waitSeconds: number }>`
    with limits as materialized (
      select * from ${limitRows(limits)} as limits
    ), counted as (
      insert into attempt (bucket, tries, window_ends_at)
      select bucket, 1, ${time}::timestamptz + make_interval(secs => window_seconds)
      from limits
      order by bucket
      on conflict (bucket) do update set
        tries = case when attempt.window_ends_at <= ${time} then 1 else attempt.tries + 1 end,
        window_ends_at = case when attempt.window_ends_at <= ${time} then excluded.window_ends_at else attempt.window_ends_at end
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

/** Takes an attempt back that must not count, because it was right. */
export async function uncountAttempt(limits: readonly AttemptLimit[], { sql }: OrdersContext): Promise<void> {
  await sql`
    with mine as (
      select bucket from attempt where bucket = any(${limits.map(({ bucket }) => bucket)}::text[]) order by bucket for update
    )
    update attempt set tries = greatest(tries - 1, 0) from mine where attempt.bucket = mine.bucket`
}

/** Refuses with too-many-requests when there is a time to wait. */
export function refuseToWait(seconds: number): void {
  if (seconds === 0) return
  const minutes = Math.ceil(seconds / 60)
  const wait = minutes > 90 ? `${Math.ceil(minutes / 60)} hours` : minutes === 1 ? 'a minute' : `${minutes} minutes`
  throw new Refusal('too-many-requests', 429, `That was too often. Try again in ${wait}.`, {
    retryAfterSeconds: seconds,
  })
}

/** Deletes counts whose time is over. */
export async function forgetAttempts({ sql, now }: OrdersContext): Promise<void> {
  await sql`
    delete from attempt
    where bucket in (select bucket from attempt where window_ends_at < ${now().toISOString()} limit 5000)`
}
