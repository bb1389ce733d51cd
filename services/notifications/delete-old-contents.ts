// Deletes the content of letters after 90 days, with the names and addresses in it. The notification stays: it records which kind
// of letter somebody received, and when.
import type { NotificationsContext } from './context.ts'

const keptDays = 90
const batchSize = 1_000

export async function deleteOldContents({ sql, now }: NotificationsContext): Promise<void> {
  const before = new Date(now().getTime() - keptDays * 86_400_000).toISOString()
  let deleted: unknown[]
  do {
    deleted = await sql`
      with old as materialized (
        select id
        from notification
        where content is not null
          and id < uuid_at(${before}::timestamptz)
          and status <> 'queued'
        order by id
        limit ${batchSize}
        for update skip locked
      )
      update notification n
      set content = null
      from old
      where n.id = old.id
      returning n.id`
  } while (deleted.length === batchSize)
}
