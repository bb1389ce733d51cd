// Publishes again what a service has already sent: for a service that is deployed later, and for a broker that lost its data.
import { Verbatim } from '@souk/postgres'
import type { Database } from './database.ts'
import type { SerializedMessage, Transport } from './transports/transport.ts'

const batchSize = 500

/**
 * Publishes again what was published between two times (ISO 8601), of one type or of all. Consumers ignore what they have handled.
 * Returns how many messages that were. Throws when the broker did not confirm all of them.
 */
export async function redrive(
  database: Database,
  transport: Transport,
  between: { since: string; until: string; type?: string },
): Promise<number> {
  const { sql, close } = await database.connect()
  try {
    // There is no index for two weeks of messages. They are read and sorted once, which takes longer than the usual time limits.
    await sql`set statement_timeout = 0`
    await sql`set transaction_timeout = 0`
    await sql`begin`
    await sql`
      declare past no scroll cursor for
      select event_id, type, key, envelope::text as json
      from outbox_sent
      where sent_at >= ${between.since} and sent_at < ${between.until}
        and (${between.type ?? null}::text is null or type = ${between.type ?? null})
      order by id`
    for (let count = 0; ; ) {
      const rows = await sql<{ eventId: string; type: string; key: string; json: string }>`
        fetch ${new Verbatim(String(batchSize))} from past`
      if (rows.length === 0) return count
      const messages: SerializedMessage[] = rows.map(({ eventId, type, key, json }) => ({
        id: eventId,
        type,
        key,
        json,
      }))
      const confirmed = await transport.publish(messages)
      if (confirmed.size < rows.length) throw new Error('The broker did not confirm all messages; redrive again.')
      count += rows.length
    }
  } finally {
    await close()
  }
}
