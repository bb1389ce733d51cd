// Merges what webhooks told into the payments, a batch at a time. A webhook may beat the commit that it is about: then its
// payment is not there yet, and it is tried again, less and less often.

import { json } from '@souk/postgres'
import { every } from '@souk/service'
import { type PaymentsContext, providerOf } from '../context.ts'
import { applyReport } from '../payment/apply-report.ts'
import type { Payment } from '../payment/payment.ts'
import { readPayments } from '../payment/payment-table.ts'

const batch = 200
const keptDays = { processed: 7, unknown: 30 }

interface Kept {
  provider: string
  eventId: string
  orderId: string
  body: string
}

/** Runs at once when a webhook has come that may change something. */
export const processWebhooks = every(1, 'process-webhooks', async (context: PaymentsContext) => {
  const { sql } = context
  const now = context.now()
  const events = await sql<Kept>`
    update webhook_event e
    set next_try_at = ${now}::timestamptz + greatest(${now}::timestamptz - received_at, interval '1 second')
    from (
      select provider, event_id
      from webhook_event
      where processed_at is null
        and next_try_at <= ${now}
      order by next_try_at
      limit ${batch}
      for update skip locked
    ) due
    where e.provider = due.provider
      and e.event_id = due.event_id
    returning e.provider, e.event_id, e.order_id, e.body`
  if (events.length === 0) return

  const payments = new Map<string, Payment>()
  for (const one of await readPayments(sql, [...new Set(events.map((it) => it.orderId))]))
    payments.set(one.orderId, one)
  const merged: Kept[] = []
  for (const kept of events) {
    const payment = payments.get(kept.orderId)
    if (!payment) continue
    try {
      payments.set(kept.orderId, await mergeOne(context, payment, kept))
      merged.push(kept)
    } catch (error) {
      context.log.error({ err: error, event: kept.eventId }, 'A webhook could not be merged; it is tried again.')
    }
  }
  if (merged.length === 0) return
  await sql`
    update webhook_event e
    set processed_at = ${context.now()}
    from json_to_recordset(${json(merged.map((it) => ({ provider: it.provider, event_id: it.eventId })))}::json)
      as done (provider text, event_id text)
    where e.provider = done.provider
      and e.event_id = done.event_id`
})

async function mergeOne(context: PaymentsContext, payment: Payment, kept: Kept): Promise<Payment> {
  const event = providerOf(context, kept.provider)?.readEvent(kept.body)
  if (!event || payment.provider !== kept.provider) return payment
  if (event.kind === 'payment.disputed' && payment.reference === event.payment.reference) {
    await context.sql`update payment set disputed_at = ${context.now()} where order_id = ${payment.orderId} and disputed_at is null`
    context.log.error({ orderId: payment.orderId }, 'A customer disputes a payment.')
  }
  return applyReport(context, payment, event.payment)
}

export const deleteOldWebhooks = every(3600, 'delete-old-webhooks', async (context: PaymentsContext) => {
  const ago = (days: number) => new Date(context.now().getTime() - days * 86_400_000)
  await context.sql`
    delete from webhook_event
    where received_at < ${ago(keptDays.processed)}
      and (processed_at is not null or received_at < ${ago(keptDays.unknown)})`
})
