// Deletes what nobody has confirmed within its seven days, alerts of a year ago, browsers that are told of nothing, proofs of a newsletter
// that ended three years ago (the time in which somebody could sue), and counts whose time is over.
import type { NotificationsContext } from '../context.ts'

const dayMs = 86_400_000
const batchSize = 1_000

export async function deleteOldSubscriptions({ sql, now }: NotificationsContext): Promise<void> {
  const ago = (days: number) => new Date(now().getTime() - days * dayMs).toISOString()
  await inBatches(
    () => sql`
      delete from stock_alert where id in (
        select id from stock_alert
        where (not is_confirmed and created_at < ${ago(7)}) or created_at < ${ago(365)}
        limit ${batchSize}
        for update skip locked)
      returning id`,
  )
  await inBatches(
    () => sql`
      delete from newsletter_subscriber where mailbox in (
        select mailbox from newsletter_subscriber
        where (status = 'asked' and asked_at < ${ago(7)}) or (status = 'off' and coalesce(ended_at, asked_at) < ${ago(3 * 365)})
        limit ${batchSize}
        for update skip locked)
      returning mailbox`,
  )
  await inBatches(
    () => sql`
      delete from push_browser where id in (
        select id from push_browser b
        where created_at < ${ago(1)}
          and not exists (select from push_topic t where t.browser_id = b.id)
          and not exists (select from stock_alert a where a.browser_id = b.id)
        limit ${batchSize}
        for update skip locked)
      returning id`,
  )
  await inBatches(
    () => sql`
      delete from throttle where bucket in (
        select bucket from throttle where window_ends_at < ${now().toISOString()} limit ${batchSize} for update skip locked)
      returning bucket`,
  )
}

async function inBatches(deleteSome: () => PromiseLike<unknown[]>): Promise<void> {
  while ((await deleteSome()).length === batchSize);
}
