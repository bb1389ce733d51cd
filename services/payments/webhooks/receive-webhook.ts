// POST /v1/payments/webhooks/:provider. Keeps what a provider tells, once, and answers at once; merging comes afterwards.
// The usual webhook tells what the reply to our own call has told already: then it is done in the same statement.
import { paymentsApi } from '@souk/contracts/payments'
import { batched, columns } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import type { OperationKind, ProviderPayment, ReceivedEvent } from '../providers/provider.ts'
import { processWebhooks } from './process-webhooks.ts'

const route = paymentsApi.routes.webhook

export const receiveWebhook = handle(route, async ({ params, body, headers }, context: PaymentsContext) => {
  const provider = providerOf(context, params.provider)
  if (!provider) refuse(route, 'not-found', 'There is no such provider here.')
  const events = provider.verifyWebhook(body, headers, context.now())
  if (!events) {
    context.log.warn({ provider: params.provider }, 'A webhook with a wrong signature was refused.')
    refuse(route, 'invalid-signature', 'The signature does not fit the body, or is too old.')
  }
  const receivedAt = context.now()
  const kept = await Promise.all(events.map((event) => keep({ provider: params.provider, event, receivedAt }, context)))
  if (kept.some((one) => one && !one.isMerged)) context.runSoon(processWebhooks)
  return undefined
})

interface Received {
  provider: string
  event: ReceivedEvent
  receivedAt: Date
}

interface Kept {
  provider: string
  eventId: string
  isMerged: boolean
}

const receivedRows = columns<Received>({
  event_id: ['text', ({ event }) => event.id],
  provider: ['text', ({ provider }) => provider],
  order_id: ['uuid', ({ event }) => event.payment.orderId],
  body: ['text', ({ event }) => event.body],
  received_at: ['timestamptz', ({ receivedAt }) => receivedAt.toISOString()],
  reference: ['text', ({ event }) => event.payment.reference],
  captured: ['bigint', ({ event }) => movedBy('capture', event.payment)],
  refunded: ['bigint', ({ event }) => movedBy('refund', event.payment)],
  state: ['text', ({ event }) => event.payment.state],
  is_dispute: ['boolean', ({ event }) => event.kind === 'payment.disputed'],
})

const keep = batched<Received, Kept, PaymentsContext>({
  key: ({ provider, event }) => `${provider} ${event.id}`,
  keyOf: ({ provider, eventId }) => `${provider} ${eventId}`,
  write: (received, { sql }) => sql<Kept>`
    insert into webhook_event (provider, event_id, order_id, body, received_at, next_try_at, processed_at)
    select e.provider, e.event_id, e.order_id, e.body, e.received_at, e.received_at, (
      select e.received_at
      from payment p
      where p.order_id = e.order_id
        and p.provider_reference = e.reference
        and p.captured = e.captured
        and p.refunded = e.refunded
        and (p.captured > 0 or p.status = e.state)
        and not e.is_dispute
    )
    from ${receivedRows(received)} as e
    on conflict (provider, event_id) do nothing
    returning provider, event_id, processed_at is not null as is_merged`,
})

function movedBy(kind: OperationKind, { operations }: ProviderPayment): number {
  return operations.reduce((sum, one) => sum + (one.kind === kind && one.status === 'succeeded' ? one.amount : 0), 0)
}
