// Dead letters: messages that a consumer has set aside because their reaction failed. Staff lists, replays or discards them.
import type { Database } from './database.ts'
import type { Envelope } from './envelope.ts'

export interface DeadLetter {
  consumer: string
  eventId: string
  type: string
  key: string
  status: 'retrying' | 'dead'
  attempts: number
  error: string
  createdAt: string
  nextAttemptAt: string
  envelope: Envelope
}

/** The oldest dead letters, also those that are still being retried. At most 1,000. */
export async function listDeadLetters(database: Database, limit = 100): Promise<DeadLetter[]> {
  return database.sql<DeadLetter>`
    select consumer, event_id, type, key, status, attempts, error, created_at, next_attempt_at, envelope
    from dead_letter
    order by position
    limit ${Math.min(limit, 1000)}`
}

/** Lets the consumer retry a message at once. Returns false when there is no such message. */
export async function replayDeadLetter(database: Database, eventId: string): Promise<boolean> {
  const rows = await database.sql`
    update dead_letter set status = 'retrying', attempts = 0, next_attempt_at = clock_timestamp()
    where event_id = ${eventId}
    returning event_id`
  return rows.length > 0
}

/** Deletes a message for good; later messages of its key are then handled. Returns false when there is no such message. */
export async function discardDeadLetter(database: Database, eventId: string): Promise<boolean> {
  const rows = await database.sql`delete from dead_letter where event_id = ${eventId} returning event_id`
  return rows.length > 0
}
