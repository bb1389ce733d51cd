// The resolver: looks after operations that have no answer yet or are due, after a timeout, a crash, a cancellation, a refund.
import type { Sql } from '@souk/postgres'
import { every } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { readPayments } from './payment-table.ts'
import { resolvePayment } from './resolve-payment.ts'

const batchSize = 100
/** Until an operation is looked at again, by how often it was. */
const backOffSeconds = [2, 5, 15, 60, 60, 60, 300]

/** Runs at once when a story makes an operation due. Instances that run it together skip what another has just taken. */
export const resolveOperations = every(1, 'resolve-operations', async (context: PaymentsContext, stopping) => {
  let orderIds: string[]
  do {
    orderIds = await takeDueOperations(context.sql, context.now())
    if (orderIds.length > 0) await resolveAll(context, [...new Set(orderIds)])
  } while (orderIds.length === batchSize && !stopping.aborted)
})

async function resolveAll(context: PaymentsContext, orderIds: readonly string[]): Promise<void> {
  const payments = await readPayments(context.sql, orderIds)
  const results = await Promise.allSettled(payments.map((payment) => resolvePayment(context, payment)))
  for (const result of results) {
    if (result.status === 'rejected')
      context.log.error({ err: result.reason }, 'A payment could not be resolved; it is tried again.')
  }
}

/** Moves the next check of due operations forward, and returns the order of each of them. */
async function takeDueOperations(sql: Sql, now: Date): Promise<string[]> {
  const taken = await sql<{ orderId: string }>`
    update payment_operation
    set attempts = attempts + 1,
      next_check_at = ${now}::timestamptz
        + (${backOffSeconds}::int[])[least(attempts + 1, ${backOffSeconds.length})] * interval '1 second'
    where (order_id, id) in (
      select order_id, id
      from payment_operation
      where next_check_at <= ${now}
      order by next_check_at
      limit ${batchSize}
      for update skip locked
    )
    returning order_id`
  return taken.map((one) => one.orderId)
}
