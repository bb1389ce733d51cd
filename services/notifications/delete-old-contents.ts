// After 90 days it is enough to know who was told what, and when: the words and the addresses in them are forgotten.
import type { NotificationsContext } from './context.ts'

const keptDays = 90
const atMost = 1_000

export async function forgetContents({ sql, now }: NotificationsContext): Promise<void> {
  const before = new Date(now().getTime() - keptDays * 86_400_000).toISOString()
  let forgotten: unknown[]
  do {
    forgotten = await sql`
      with old as materialized (
        select id
        from notification
        where content is not null
          and id < uuid_at(${before}::timestamptz)
          and status <> 'queued'
        order by id
        limit ${atMost}
        for update skip locked
      )
      update notification n
      set content = null
      from old
      where n.id = old.id
      returning n.id`
  } while (forgotten.length === atMost)
}
