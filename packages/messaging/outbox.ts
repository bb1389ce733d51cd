// The outbox as the relay sees it: the oldest messages that wait, and the move of published ones to outbox_sent.
import { type Connection, crashpoint } from '@souk/postgres'
import type { Log, Transport } from './transports/transport.ts'

export interface WaitingMessage {
  id: number
  eventId: string
  type: string
  key: string
  json: string
}

/**
 * Moves published messages (ids of rows) to outbox_sent and reads the oldest others, at most `most`, in one round trip. Messages are
 * claimed by being there, never by position: a cursor on the id would skip a row whose transaction commits late.
 */
export async function takeNext(
  { sql }: Connection,
  published: readonly number[],
  most: number,
): Promise<WaitingMessage[]> {
  if (published.length === 0) {
    return sql<WaitingMessage>`
      select id, event_id, type, key, envelope::text as json
      from outbox
      order by id
      limit ${most}`
  }
  const rows = await sql<WaitingMessage>`
    with gone as (
      delete from outbox where id = any(${published}::bigint[])
      returning id, event_id, type, key, envelope, created_at
    ), moved as (
      insert into outbox_sent (id, event_id, type, key, envelope, created_at)
      select id, event_id, type, key, envelope, created_at from gone
    )
    select id, event_id, type, key, envelope::text as json
    from outbox
    where id not in (select id from gone)
    order by id
    limit ${most}`
  crashpoint('relay.after-delete')
  return rows
}

/** Publishes messages and returns the ids of the rows that the broker has confirmed. */
export async function publish(
  rows: readonly WaitingMessage[],
  transport: Pick<Transport, 'publish'>,
  log: Log,
): Promise<number[]> {
  if (rows.length === 0) return []
  crashpoint('relay.before-publish')
  const confirmed = await transport.publish(
    rows.map(({ eventId, type, key, json }) => ({ id: eventId, type, key, json })),
  )
  crashpoint('relay.after-publish')
  const ids = rows.filter((row) => confirmed.has(row.eventId)).map((row) => row.id)
  if (ids.length < rows.length)
    log.warn({ unconfirmed: rows.length - ids.length }, 'The broker did not confirm some messages.')
  return ids
}
