// The webhook_event table: each event of a provider once, until it is processed.
import { batched, columns, type Sql } from '@souk/postgres'
import type { PaymentsContext } from '../context.ts'
import type { ProviderEvent } from '../providers/provider.ts'
import { statusesSinceEvent, type WebhookEvent } from './webhook-event.ts'

/**
 * Stores an event unless it is there already. Usually the reply to our own call came first; then the event is marked processed in
 * the same statement (the rule is `tellsNothingNew`). True when it was stored and is still to be processed.
 */
export async function storeEvent(
  context: PaymentsContext,
  provider: string,
  event: ProviderEvent,
  receivedAt: Date,
): Promise<boolean> {
  const stored = await storeInBatch({ provider, event, receivedAt }, context)
  return stored?.isOpen ?? false
}

interface NewEvent {
  provider: string
  event: ProviderEvent
  receivedAt: Date
}
interface StoredEvent {
  provider: string
  eventId: string
  isOpen: boolean
}
const newEventRows = columns<NewEvent>({
  event_id: ['text', ({ event }) => event.id],
  provider: ['text', ({ provider }) => provider],
  reference: ['text', ({ event }) => event.reference],
  kind: ['text', ({ event }) => event.kind],
  received_at: ['timestamptz', ({ receivedAt }) => receivedAt.toISOString()],
  statuses_since: ['text[]', ({ event }) => statusesSinceEvent(event.kind)],
})
const storeInBatch = batched<NewEvent, StoredEvent, PaymentsContext>({
  key: ({ provider, event }) => `${provider} ${event.id}`,
  keyOf: ({ provider, eventId }) => `${provider} ${eventId}`,
  // An event that is still open has no order id: a version before 002-thin-webhooks.sql, which may run beside this one, skips it.
  write: (events, { sql }) => sql<StoredEvent>`
    insert into webhook_event (provider, event_id, order_id, reference, kind, received_at, next_try_at, processed_at)
    select e.provider, e.event_id, up_to_date.order_id, e.reference, e.kind, e.received_at, e.received_at,
      case when up_to_date.order_id is not null then e.received_at end
    from ${newEventRows(events)} as e
    left join lateral (
      select p.order_id
      from payment_operation o
      join payment p on p.order_id = o.order_id
      where o.provider_reference = e.reference
        and p.provider_reference = e.reference
        and p.provider = e.provider
        and p.status = any(e.statuses_since)
        and not exists (
          select from payment_operation open
          where open.order_id = p.order_id and open.next_check_at is not null
        )
      limit 1
    ) up_to_date on true
    on conflict (provider, event_id) do nothing
    returning provider, event_id, processed_at is null as is_open`,
})

/** Takes at most `most` due events, and moves their next try to when they are twice as old, at least a second from now. */
export async function takeDueEvents(sql: Sql, now: Date, most: number): Promise<WebhookEvent[]> {
  return sql<WebhookEvent>`
    update webhook_event e
    set next_try_at = ${now}::timestamptz + greatest(${now}::timestamptz - received_at, interval '1 second')
    from (
      select provider, event_id
      from webhook_event
      where processed_at is null
        and next_try_at <= ${now}
      order by next_try_at
      limit ${most}
      for update skip locked
    ) due
    where e.provider = due.provider
      and e.event_id = due.event_id
    returning e.provider, e.event_id as id,
      coalesce(e.reference, e.body::json #>> '{payment,reference}') as reference,
      coalesce(e.kind, e.body::json ->> 'kind') as kind`
}

export async function markProcessed(context: PaymentsContext, event: WebhookEvent, orderId: string): Promise<void> {
  await markInBatch({ event, orderId, at: context.now() }, context)
}

interface ProcessedEvent {
  event: WebhookEvent
  orderId: string
  at: Date
}
const processedRows = columns<ProcessedEvent>({
  event_id: ['text', ({ event }) => event.id],
  provider: ['text', ({ event }) => event.provider],
  order_id: ['uuid', ({ orderId }) => orderId],
  at: ['timestamptz', ({ at }) => at.toISOString()],
})
const markInBatch = batched<ProcessedEvent, never, PaymentsContext>({
  key: ({ event }) => `${event.provider} ${event.id}`,
  keyOf: () => '',
  write: (events, { sql }) => sql<never>`
    update webhook_event e
    set order_id = processed.order_id, processed_at = processed.at
    from ${processedRows(events)} as processed
    where e.provider = processed.provider
      and e.event_id = processed.event_id`,
})

/** Deletes events that were received before these times. */
export async function deleteEvents(sql: Sql, before: { processed: Date; unprocessed: Date }): Promise<void> {
  await sql`
    delete from webhook_event
    where received_at < ${before.processed}
      and (processed_at is not null or received_at < ${before.unprocessed})`
}
