// POST /v1/payments/webhooks/:provider. Stores the events of a provider, each once, and answers at once; process-webhooks.ts does the
// rest.
import { paymentsApi } from '@souk/contracts/payments'
import { handle, logSecurityEvent, refuse } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import { processWebhooks } from './process-webhooks.ts'
import { storeEvent } from './webhook-event-table.ts'

const route = paymentsApi.routes.webhook

export const receiveWebhook = handle(route, async ({ params, body, headers, ip }, context: PaymentsContext) => {
  const provider = providerOf(context, params.provider)
  if (!provider) refuse(route, 'not-found', 'There is no such provider here.')
  const receivedAt = context.now()
  const events = provider.verifyWebhook(body, headers, receivedAt)
  if (!events) {
    const { traceId } = context.trace
    const facts = { service: 'payments', outcome: 'refused', ip, traceId, reason: params.provider } as const
    logSecurityEvent(context, 'webhook-forged', facts)
    refuse(route, 'invalid-signature', 'The signature does not fit the body, or is too old.')
  }
  const areOpen = await Promise.all(events.map((event) => storeEvent(context, params.provider, event, receivedAt)))
  if (areOpen.includes(true)) context.runSoon(processWebhooks)
  return undefined
})
