// The messages that a consumer has set aside (dead_letter): their reaction failed, or they wait behind one of their key that failed.
import type { Sql } from '@souk/postgres'
import type { Envelope } from './envelope.ts'

/**
 * Sets aside those messages that have not been handled and whose key has an earlier message set aside. It does not check that one
 * again: it may have succeeded since, and then this message would be lost.
 */
export async function setAsideBehind(group: string, rest: readonly Envelope[], sql: Sql): Promise<void> {
  await sql`
    insert into dead_letter (consumer, event_id, type, key, envelope, status, error)
    select ${group}, (e ->> 'id')::uuid, e ->> 'type', e ->> 'subject', e, 'retrying', 'Waits behind an earlier message of its key.'
    from json_array_elements(${JSON.stringify(rest)}::json) as e
    where not exists (select from inbox i where i.consumer = ${group} and i.event_id = (e ->> 'id')::uuid)
    on conflict do nothing`
}

/** Sets aside a message that failed. It is retried after so many seconds, or never. */
export async function setAsideFailed(
  group: string,
  envelope: Envelope,
  error: unknown,
  retryIn: number | 'never',
  sql: Sql,
): Promise<void> {
  await sql`
    insert into dead_letter (consumer, event_id, type, key, envelope, status, attempts, next_attempt_at, error)
    values (${group}, ${envelope.id}, ${envelope.type}, ${envelope.subject}, ${JSON.stringify(envelope)},
      ${retryIn === 'never' ? 'dead' : 'retrying'}, 1, clock_timestamp() + make_interval(secs => ${secondsOf(retryIn)}), ${String(error)})
    on conflict (consumer, event_id) do nothing`
}

/** True when any message waits for a retry. */
export async function isAnyWaiting(group: string, sql: Sql): Promise<boolean> {
  const [row] = await sql<{ waiting: boolean }>`
    select exists (select from dead_letter where consumer = ${group} and status = 'retrying') as waiting`
  return row?.waiting ?? true
}

/** The ids of the oldest message of each key, where its time for a retry has come. At most 100. */
export async function findDue(group: string, sql: Sql): Promise<string[]> {
  const rows = await sql<{ eventId: string }>`
    select d.event_id from dead_letter d
    where d.consumer = ${group} and d.status = 'retrying' and d.next_attempt_at <= clock_timestamp()
      and not exists (
        select from dead_letter earlier
        where earlier.consumer = d.consumer and earlier.key = d.key and earlier.status = 'retrying' and earlier.position < d.position)
    order by d.position
    limit 100`
  return rows.map((row) => row.eventId)
}

/** Takes a message out, to retry it in the same transaction. Undefined when another instance retries it. */
export async function takeForRetry(
  group: string,
  eventId: string,
  sql: Sql,
): Promise<{ envelope: Envelope; attempts: number } | undefined> {
  const [row] = await sql<{ envelope: Envelope; attempts: number }>`
    delete from dead_letter
    where consumer = ${group} and event_id = (
      select event_id from dead_letter
      where consumer = ${group} and event_id = ${eventId} and status = 'retrying'
      for update skip locked)
    returning envelope, attempts`
  return row
}

/** Stores that a retry has failed, and in how many seconds the next one comes. */
export async function postpone(
  group: string,
  eventId: string,
  attempts: number,
  error: unknown,
  retryIn: number | 'never',
  sql: Sql,
): Promise<void> {
  await sql`
    update dead_letter
    set attempts = ${attempts}, error = ${String(error)},
      status = ${retryIn === 'never' ? 'dead' : 'retrying'},
      next_attempt_at = clock_timestamp() + make_interval(secs => ${secondsOf(retryIn)})
    where consumer = ${group} and event_id = ${eventId}`
}

function secondsOf(retryIn: number | 'never'): number {
  return retryIn === 'never' ? 0 : retryIn
}
