// The inbox: which messages a consumer has handled. A row commits together with the effect of its message; consumer.ts and
// retry-set-aside.ts use it so that each message takes effect once.
import type { Sql } from '@souk/postgres'
import type { Envelope } from './envelope.ts'

/** Adds those messages that are new and not behind a set-aside message of their key. Returns the ids of those that it added. */
export function claimNew(group: string, batch: readonly Envelope[], sql: Sql): Promise<Set<string>> {
  return idsOf(sql<{ eventId: string }>`
    insert into inbox (consumer, event_id)
    select ${group}, event_id
    from unnest(${batch.map((it) => it.id)}::uuid[], ${batch.map((it) => it.subject)}::text[]) as wanted (event_id, key)
    where key <> all(array(select key from dead_letter where consumer = ${group} and status = 'retrying'))
    on conflict do nothing
    returning event_id`)
}

/** Adds those messages that are new, whatever is set aside. Returns the ids of those that it added. */
export function record(group: string, ids: readonly string[], sql: Sql): Promise<Set<string>> {
  return idsOf(sql<{ eventId: string }>`
    insert into inbox (consumer, event_id)
    select ${group}, event_id from unnest(${ids}::uuid[]) as known (event_id)
    on conflict do nothing
    returning event_id`)
}

async function idsOf(rows: PromiseLike<{ eventId: string }[]>): Promise<Set<string>> {
  return new Set((await rows).map((row) => row.eventId))
}
