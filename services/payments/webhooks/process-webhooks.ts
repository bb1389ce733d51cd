// Processes stored webhook events. Unless the stored payment already shows what the event is about, the provider is asked for the
// payment's state and its report is applied. What cannot be processed yet (no answer, an order that is not here) is tried again,
// less and less often.
import { every } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import { applyReport } from '../payment/apply-report.ts'
import { callProvider } from '../payment/call-provider.ts'
import { findPaymentByReference, markDisputed, readPayment } from '../payment/payment-table.ts'
import { tellsNothingNew, type WebhookEvent } from './webhook-event.ts'
import { deleteEvents, markProcessed, takeDueEvents } from './webhook-event-table.ts'

const batchSize = 100
const keptDays = { processed: 7, unprocessed: 30 }

/** Runs at once when a webhook has come that may change something. */
export const processWebhooks = every(1, 'process-webhooks', async (context: PaymentsContext, stopping) => {
  let events: WebhookEvent[]
  do {
    events = await takeDueEvents(context.sql, context.now(), batchSize)
    const byPayment = Map.groupBy(events, ({ provider, reference }) => `${provider} ${reference}`)
    await Promise.all([...byPayment.values()].map((events) => processInOrder(context, events)))
  } while (events.length === batchSize && !stopping.aborted)
})

/**
 * Processes the events of one payment in order, and stops at the first that must be tried again, so that a silent provider costs
 * one call per payment.
 */
async function processInOrder(context: PaymentsContext, events: readonly WebhookEvent[]): Promise<void> {
  for (const event of events) if (!(await tryToProcess(context, event))) return
}

async function tryToProcess(context: PaymentsContext, event: WebhookEvent): Promise<boolean> {
  try {
    const orderId = await processEvent(context, event)
    if (orderId) await markProcessed(context, event, orderId)
    return orderId !== undefined
  } catch (error) {
    context.log.error({ err: error, eventId: event.id }, 'A webhook event could not be processed; it is tried again.')
    return false
  }
}

/** The order that the event was about; undefined when it must be tried again. */
async function processEvent(context: PaymentsContext, event: WebhookEvent): Promise<string | undefined> {
  const provider = providerOf(context, event.provider)
  if (!provider) return undefined
  const stored = await findPaymentByReference(context.sql, event.provider, event.reference)
  if (stored && tellsNothingNew(event, stored)) return stored.orderId

  const call = provider.find({ reference: event.reference })
  const outcome = await callProvider(context, { orderId: stored?.orderId, eventId: event.id }, call)
  if (outcome.kind !== 'answer' || !outcome.answer) return undefined
  // A payment whose reply is still under way has no reference here yet; the provider's report says which order it is for.
  const payment = stored ?? (await readPayment(context.sql, outcome.answer.orderId))
  if (!payment) return undefined
  if (payment.provider !== event.provider) return payment.orderId

  const { orderId, reference } = await applyReport(context, payment, outcome.answer)
  if (event.kind === 'payment.disputed' && reference === event.reference) {
    await markDisputed(context.sql, orderId, context.now())
    context.log.error({ orderId }, 'A customer disputes a payment.')
  }
  return orderId
}

export const deleteOldWebhooks = every(3600, 'delete-old-webhooks', async (context: PaymentsContext) => {
  const daysAgo = (days: number) => new Date(context.now().getTime() - days * 86_400_000)
  await deleteEvents(context.sql, {
    processed: daysAgo(keptDays.processed),
    unprocessed: daysAgo(keptDays.unprocessed),
  })
})
