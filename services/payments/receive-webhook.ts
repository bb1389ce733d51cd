// POST /v1/payments/webhooks/:provider. Keeps what a provider tells, once, and answers at once; merging comes afterwards.
// The usual webhook tells what the reply to our own call has told already: then it is done in the same statement.
import { paymentsApi } from '@souk/contracts/payments'
import { handle, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from './context.ts'
import type { ProviderEvent } from './provider.ts'

const route = paymentsApi.routes.webhook

export const receiveWebhook = handle(route, async ({ params, body, headers }, context: PaymentsContext) => {
  const provider = providerOf(context, params.provider)
  if (!provider) refuse(route, 'not-found', 'There is no such provider here.')
  const events = provider.verifyWebhook(body, headers, context.now())
  if (!events) {
    context.log.warn({ provider: params.provider }, 'A webhook with a wrong signature was refused.')
    refuse(route, 'invalid-signature', 'The signature does not fit the body, or is too old.')
  }
  const text = Buffer.from(body).toString()
  await Promise.all(events.map((event) => keep(context, params.provider, event, text)))
  return undefined
})

async function keep(
  { sql, now }: PaymentsContext,
  provider: string,
  event: ProviderEvent,
  body: string,
): Promise<void> {
  const { payment } = event
  const moved = { capture: 0, refund: 0, authorize: 0, void: 0 }
  for (const one of payment.operations) if (one.status === 'succeeded') moved[one.kind] += one.amount
  const receivedAt = now()
  await sql`
    insert into webhook_event (provider, event_id, order_id, body, received_at, next_try_at, processed_at)
    values (${provider}, ${event.id}, ${payment.orderId}, ${body}, ${receivedAt}, ${receivedAt}, (
      select ${receivedAt}::timestamptz
      from payment
      where order_id = ${payment.orderId}
        and provider_reference = ${payment.reference}
        and captured = ${moved.capture}
        and refunded = ${moved.refund}
        and (captured > 0 or status = ${payment.state})
        and ${event.kind} <> 'payment.disputed'
    ))
    on conflict (provider, event_id) do nothing`
}
