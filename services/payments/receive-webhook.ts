// POST /v1/payments/webhooks/:provider. Keeps what a provider tells, once, and answers at once; merging comes afterwards.
// The usual webhook tells what the reply to our own call has told already: then it is done in the same statement.
import { paymentsApi } from '@souk/contracts/payments'
import { handle, inGroups, json, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from './context.ts'
import type { ReceivedEvent } from './provider.ts'

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
  await Promise.all(events.map((event) => keep({ provider: params.provider, event, receivedAt }, context)))
  return undefined
})

interface Received {
  provider: string
  event: ReceivedEvent
  receivedAt: Date
}

const keep = inGroups(async (received: readonly Received[], { sql }: PaymentsContext) => {
  const rows = received.map(({ provider, event, receivedAt }) => {
    const { payment } = event
    const moved = { capture: 0, refund: 0, authorize: 0, void: 0 }
    for (const one of payment.operations) if (one.status === 'succeeded') moved[one.kind] += one.amount
    return {
      provider,
      event_id: event.id,
      order_id: payment.orderId,
      body: event.body,
      received_at: receivedAt,
      reference: payment.reference,
      captured: moved.capture,
      refunded: moved.refund,
      state: payment.state,
      is_dispute: event.kind === 'payment.disputed',
    }
  })
  await sql`
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
    from json_to_recordset(${json(rows)}::json) as e (provider text, event_id text, order_id uuid, body text,
      received_at timestamptz, reference text, captured bigint, refunded bigint, state text, is_dispute boolean)
    on conflict (provider, event_id) do nothing`
  return received.map(() => undefined)
})
