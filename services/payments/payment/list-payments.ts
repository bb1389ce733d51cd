// GET /v1/payments and /v1/payments/:orderId, for staff: payments, newest first, and one payment with its operations.
import { paymentsApi } from '@souk/contracts/payments'
import { join } from '@souk/postgres'
import { handle, isTime, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { replyOf, tombstoneCurrency } from './payment.ts'
import { readPayment, readPayments } from './payment-table.ts'

const { list, read } = paymentsApi.routes

export const listPayments = handle(list, async ({ query }, { sql }: PaymentsContext) => {
  const limit = query.limit ?? 20
  const after = readCursor(list, query.cursor, 2)?.map(String)
  if (after && !isPlace(after))
    refuse(list, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  const conditions = [sql`currency <> ${tombstoneCurrency}`]
  if (query.status) conditions.push(sql`status = ${query.status}`)
  // These follow from the status. With them, the planner uses the small indexes on payments and operations that are open.
  if (query.status === 'action-required') conditions.push(sql`next_action is not null`)
  if (query.status === 'processing')
    conditions.push(sql`order_id = any(array(select order_id from payment_operation where next_check_at is not null))`)
  if (after) conditions.push(sql`(created_at, order_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  const rows = await sql<{ orderId: string; place: string }>`
    select order_id, created_at::text as place
    from payment
    where ${join(conditions, ' and ')}
    order by created_at desc, order_id desc
    limit ${limit + 1}`
  const { items, nextCursor } = pageOf(rows, limit, (row) => [row.place, row.orderId])
  const orderIds = items.map((row) => row.orderId)
  const payments = Map.groupBy(await readPayments(sql, orderIds), (payment) => payment.orderId)
  return { items: orderIds.flatMap((orderId) => payments.get(orderId) ?? []).map(replyOf), nextCursor }
})

/** A time as PostgreSQL writes it, and an order id. */
function isPlace([createdAt = '', orderId = '']: readonly string[]): boolean {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?\+00$/.exec(createdAt) ?? []
  return isTime(`${day}T${time}.000Z`) && isUuid(orderId)
}

export const readOnePayment = handle(read, async ({ params }, { sql }: PaymentsContext) => {
  const payment = await readPayment(sql, params.orderId)
  if (!payment) refuse(read, 'not-found', 'This order has no payment.')
  const operations = payment.operations.map((one) => ({
    id: one.id,
    kind: one.kind,
    amount: { amount: one.amount, currency: payment.currency },
    status: one.status,
    providerReference: one.reference ?? undefined,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
  }))
  return { ...replyOf(payment), operations }
})
