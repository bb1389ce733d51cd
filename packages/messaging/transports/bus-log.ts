// The log of the embedded broker, in SQL: messages in one order, each with a position.
import { columns, type Sql } from '@souk/postgres'
import type { LogRow } from './recent-appends.ts'
import type { SerializedMessage } from './transport.ts'

/** The channel on which each appended batch is notified, with the name of the process that appended it. */
export const appendsChannel = 'souk_bus'
const keptDays = 7

const messageRows = columns<SerializedMessage & { place: number }>({
  event_id: ['uuid', (message) => message.id],
  place: ['bigint', (message) => message.place],
  type: ['text', (message) => message.type],
  key: ['text', (message) => message.key],
  envelope: ['json', (message) => message.json],
})

/** Appends messages, notifies other processes, and resolves with the position of the last message. */
export async function append(messages: readonly SerializedMessage[], from: string, sql: Sql): Promise<number> {
  const [row] = await sql<{ position: number }>`
    with head as (
      update bus_head set position = position + ${messages.length} returning position
    ), stored as (
      insert into bus_log (position, event_id, type, key, envelope)
      select head.position + message.place, message.event_id, message.type, message.key, message.envelope
      from head, ${messageRows(messages.map((message, index) => ({ ...message, place: index + 1 - messages.length })))} as message
    )
    select position from head, pg_notify(${appendsChannel}, ${from})`
  return row?.position ?? 0
}

/** At most `most` rows after a position. Messages of other types have no envelope. */
export function readAfter(position: number, types: readonly string[], most: number, sql: Sql): PromiseLike<LogRow[]> {
  return sql<LogRow>`
    select position, case when type = any(${types}::text[]) then envelope end as envelope
    from bus_log
    where position > ${position}
    order by position
    limit ${most}`
}

/** The position of the last message. */
export async function headPosition(sql: Sql): Promise<number> {
  const [head] = await sql<{ position: number }>`select position from bus_head`
  return head?.position ?? 0
}

/** How many messages the slowest group has yet to read. Groups that no process has ever read for do not count. */
export async function backlog(sql: Sql): Promise<number> {
  const [row] = await sql<{ backlog: number }>`
    select coalesce(max(h.position - c.position), 0) as backlog from bus_head h, bus_cursor c where c.epoch > 0`
  return row?.backlog ?? 0
}

/** Deletes messages that are older than a week and that every group of the last 30 days has read, in batches of short transactions. */
export async function deleteOld(sql: Sql): Promise<void> {
  for (;;) {
    const gone = await sql`
      delete from bus_log
      where position in (
        select l.position from bus_log l
        where l.appended_at < clock_timestamp() - make_interval(days => ${keptDays})
          and l.position <= (
            select coalesce(min(c.position), 0) from bus_cursor c
            where c.lease_until > clock_timestamp() - interval '30 days')
        order by l.position
        limit 5000)
      returning position`
    if (gone.length === 0) return
  }
}
