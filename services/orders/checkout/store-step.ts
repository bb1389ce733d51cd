// Stores a step of the saga in one statement: the order's new state, its entry in the timeline, and exactly the effects
// that the step names.
import type { Trace } from '@souk/messaging'
import { batched, columns, json, oneStatement, type Sql } from '@souk/postgres'
import type { Transaction } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import type { Order, OrderRefund, OrderShipment } from '../order/order.ts'
import { resumeAt } from '../order/orders-table.ts'
import type { Step } from './placing-steps.ts'

interface DecidedStep {
  step: Step
  /** When it was decided. */
  at: string
}

/**
 * Stores a step and sends its messages, if the order still has the version on which the step was decided. Returns the order
 * after the step, or undefined when somebody else has changed it.
 */
export async function storeStep(step: Step, at: string, context: OrdersContext): Promise<Order | undefined> {
  const stored = await storeInBatch({ step, at, trace: context.trace }, context)
  return stored && orderAfter(step, at)
}

/** The same inside a transaction that has locked the order. */
export async function storeStepOfLocked(
  step: Step,
  at: string,
  { sql, send }: Pick<Transaction, 'sql' | 'send'>,
): Promise<Order> {
  const { update, also } = statementsFor([{ step, at }], sql)
  await oneStatement(sql, update, { also })
  send(...step.send)
  return orderAfter(step, at)
}

const storeInBatch = batched<DecidedStep & { trace: Trace }, { id: string }, OrdersContext>({
  key: ({ step }) => step.order.id,
  keyOf: (stored) => stored.id,
  write(steps, { sql, commit }) {
    const { update, also } = statementsFor(steps, sql)
    const sendFor = steps.map(({ step, trace }) => ({ id: step.order.id, messages: step.send, trace }))
    return commit(update, { also, sendFor })
  },
})

function orderAfter({ order }: Step, at: string): Order {
  return { ...order, version: order.version + 1, updatedAt: at }
}

const stepRows = columns<DecidedStep>({
  id: ['uuid', ({ step }) => step.order.id],
  version: ['integer', ({ step }) => step.order.version],
  status: ['text', ({ step }) => step.order.status],
  cancel_reason: ['text', ({ step }) => step.order.cancelReason],
  cancel_detail: ['json', ({ step }) => json(step.order.cancelDetail)],
  paid_at: ['timestamptz', ({ step }) => step.order.paidAt],
  at: ['timestamptz', ({ at }) => at],
  type: ['text', ({ step }) => step.entry.type],
  message: ['text', ({ step }) => step.entry.message],
})
const openCheckoutRows = columns<DecidedStep>({
  order_id: ['uuid', ({ step }) => step.order.id],
  next_action: ['json', ({ step }) => json(step.order.nextAction)],
  deadline_at: ['timestamptz', ({ step }) => step.order.deadlineAt],
  resume_at: ['timestamptz', ({ step, at }) => (step.order.deadlineAt ? null : resumeAt(at))],
})
const shipmentRows = columns<OrderShipment & { orderId: string }>({
  id: ['uuid', (shipment) => shipment.id],
  order_id: ['uuid', (shipment) => shipment.orderId],
  carrier: ['text', (shipment) => shipment.carrier],
  tracking_number: ['text', (shipment) => shipment.trackingNumber],
  tracking_url: ['text', (shipment) => shipment.trackingUrl],
  lines: ['json', (shipment) => json(shipment.lines)],
  shipped_at: ['timestamptz', (shipment) => shipment.shippedAt],
})
const refundRows = columns<OrderRefund & { orderId: string }>({
  id: ['uuid', (refund) => refund.id],
  order_id: ['uuid', (refund) => refund.orderId],
  status: ['text', (refund) => refund.status],
  amount: ['bigint', (refund) => refund.amount.amount],
  items_amount: ['bigint', ({ parts }) => parts.items.amount],
  items_tax: ['bigint', ({ parts }) => parts.items.tax],
  shipping_amount: ['bigint', ({ parts }) => parts.shipping.amount],
  shipping_tax: ['bigint', ({ parts }) => parts.shipping.tax],
  goodwill_tax: ['bigint', ({ parts }) => parts.goodwill.tax],
  reason: ['text', (refund) => refund.reason],
  lines: ['json', (refund) => json(refund.lines)],
  created_at: ['timestamptz', (refund) => refund.createdAt],
})

/**
 * The statements that store steps of different orders. The first finds an order only in the version on which its step was
 * decided; the others take effect only for orders that the first has changed.
 */
function statementsFor(steps: readonly DecidedStep[], sql: Sql) {
  const update = sql<{ id: string }>`
    update orders o set
      status = step.status,
      version = o.version + 1,
      cancel_reason = step.cancel_reason,
      cancel_detail = step.cancel_detail,
      paid_at = step.paid_at,
      updated_at = step.at
    from ${stepRows(steps)} as step
    where o.id = step.id and o.version = step.version
    returning o.id, o.version, o.status, step.at, step.type, step.message`
  const also = [
    sql`
      insert into order_event (order_id, version, at, status, type, message)
      select id, version, at, status, type, message from changed`,
  ]

  const changing = steps.filter(({ step }) => step.openCheckout === 'changes')
  if (changing.length > 0) {
    also.push(sql`
      update open_checkout c
      set next_action = given.next_action, deadline_at = given.deadline_at, resume_at = given.resume_at
      from ${openCheckoutRows(changing)} as given
      where c.order_id = given.order_id and given.order_id = any(array(select id from changed))`)
  }
  const closing = steps.filter(({ step }) => step.openCheckout === 'closes')
  if (closing.length > 0) {
    const ids = closing.map(({ step }) => step.order.id)
    also.push(sql`
      delete from open_checkout
      where order_id = any(array(select id from changed where id = any(${ids}::uuid[])))`)
  }
  const shipments = steps.flatMap(({ step: { order, shipment } }) =>
    shipment ? [{ ...shipment, orderId: order.id }] : [],
  )
  if (shipments.length > 0) {
    also.push(sql`
      insert into shipment (id, order_id, carrier, tracking_number, tracking_url, lines, shipped_at)
      select id, order_id, carrier, tracking_number, tracking_url, lines, shipped_at
      from ${shipmentRows(shipments)} as given
      where order_id = any(array(select id from changed))`)
  }
  const refunds = steps.flatMap(({ step: { order, refund } }) => (refund ? [{ ...refund, orderId: order.id }] : []))
  if (refunds.length > 0) {
    also.push(sql`
      insert into refund (
        id, order_id, status, amount, items_amount, items_tax, shipping_amount, shipping_tax, goodwill_tax,
        reason, lines, created_at)
      select
        id, order_id, status, amount, items_amount, items_tax, shipping_amount, shipping_tax, goodwill_tax,
        reason, lines, created_at
      from ${refundRows(refunds)} as given
      where order_id = any(array(select id from changed))
      on conflict (id) do update set
        status = excluded.status, lines = excluded.lines,
        items_amount = excluded.items_amount, items_tax = excluded.items_tax,
        shipping_amount = excluded.shipping_amount, shipping_tax = excluded.shipping_tax,
        goodwill_tax = excluded.goodwill_tax`)
  }
  return { update, also }
}
