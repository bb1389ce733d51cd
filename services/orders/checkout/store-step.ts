// Stores a step of the saga: the order's new state, its line in the timeline, and the step's effects, in one statement.
import type { Trace } from '@souk/messaging'
import { batched, columns, json, oneStatement, type Sql } from '@souk/postgres'
import type { Transaction } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { isOpen, type Order, openStatuses } from '../order/order.ts'
import { resumeAt } from '../order/orders-table.ts'
import type { Step } from './saga-steps.ts'

/** A step, the order that it was decided on, and when. */
export interface DecidedStep {
  before: Order
  step: Step
  at: string
}

/** Stores a step if the order still has the version on which it was decided. Returns the order after it, or undefined. */
export async function storeStep(decided: DecidedStep, context: OrdersContext): Promise<Order | undefined> {
  const stored = await storeInBatch({ ...decided, trace: context.trace }, context)
  return stored && afterStep(decided)
}

/** The same inside a transaction that has locked the order. */
export async function storeStepOfLocked(
  decided: DecidedStep,
  { sql, send }: Pick<Transaction, 'sql' | 'send'>,
): Promise<Order> {
  const { update, also } = statementsFor([decided], sql)
  await oneStatement(sql, update, { also })
  send(...decided.step.send)
  return afterStep(decided)
}

const storeInBatch = batched<DecidedStep & { trace: Trace }, { id: string }, OrdersContext>({
  key: ({ before }) => before.id,
  keyOf: (stored) => stored.id,
  write(decided, { sql, commit }) {
    const { update, also } = statementsFor(decided, sql)
    const sendFor = decided.map(({ before, step, trace }) => ({ id: before.id, messages: step.send, trace }))
    return commit(update, { also, sendFor })
  },
})

const stepRows = columns<DecidedStep>({
  id: ['uuid', ({ before }) => before.id],
  version: ['integer', ({ before }) => before.version],
  status: ['text', ({ step }) => step.order.status],
  cancel_reason: ['text', ({ step }) => step.order.cancelReason],
  cancel_detail: ['json', ({ step }) => json(step.order.cancelDetail)],
  paid_at: ['timestamptz', ({ step }) => step.order.paidAt],
  at: ['timestamptz', ({ at }) => at],
  type: ['text', ({ step }) => step.entry.type],
  message: ['text', ({ step }) => step.entry.message],
})
const openRows = columns<DecidedStep>({
  id: ['uuid', ({ before }) => before.id],
  next_action: ['json', ({ step }) => json(step.order.nextAction)],
  deadline_at: ['timestamptz', ({ step }) => step.order.deadlineAt],
  resume_at: ['timestamptz', ({ step, at }) => (step.order.deadlineAt ? null : resumeAt(at))],
})

/**
 * The statements that store steps of different orders: the first finds an order only in the version on which its step was
 * decided, the others take effect only if it did.
 */
function statementsFor(decided: readonly DecidedStep[], sql: Sql) {
  const update = sql<{ id: string }>`
    update orders o set
      status = step.status,
      version = o.version + 1,
      cancel_reason = step.cancel_reason,
      cancel_detail = step.cancel_detail,
      paid_at = step.paid_at,
      updated_at = step.at
    from ${stepRows(decided)} as step
    where o.id = step.id and o.version = step.version
    returning o.id, o.version, o.status, step.at, step.type, step.message`
  const also = [
    sql`
      insert into order_event (order_id, version, at, status, type, message)
      select id, version, at, status, type, message from changed`,
  ]
  const open = decided.filter(({ step }) => isOpen(step.order))
  if (open.length > 0) {
    also.push(sql`
      update open_checkout c
      set next_action = open.next_action, deadline_at = open.deadline_at, resume_at = open.resume_at
      from ${openRows(open)} as open
      where c.order_id = open.id and open.id = any(array(select id from changed))`)
  }
  if (decided.some(({ before, step }) => isOpen(before) && !isOpen(step.order))) {
    also.push(sql`
      delete from open_checkout
      where order_id = any(array(select id from changed where status <> all(${openStatuses})))`)
  }
  const shipments = decided.flatMap(({ before, step: { order } }) =>
    order.shipments.filter((one) => !before.shipments.includes(one)).map((one) => ({ ...one, orderId: order.id })),
  )
  if (shipments.length > 0) {
    also.push(sql`
      insert into shipment (id, order_id, carrier, tracking_number, tracking_url, lines, shipped_at)
      select s.id, s."orderId", s.carrier, s."trackingNumber", s."trackingUrl", s.lines, s."shippedAt"
      from changed
      join json_to_recordset(${json(shipments)}::json) as s (id uuid, "orderId" uuid, carrier text,
        "trackingNumber" text, "trackingUrl" text, lines json, "shippedAt" timestamptz) on s."orderId" = changed.id`)
  }
  const refunds = decided.flatMap(({ before, step: { order } }) =>
    order.refunds
      .filter((one) => !before.refunds.includes(one))
      .map((one) => ({ ...one, amount: one.amount.amount, orderId: order.id })),
  )
  if (refunds.length > 0) {
    also.push(sql`
      insert into refund (id, order_id, status, amount, reason, lines, created_at)
      select r.id, r."orderId", r.status, r.amount, r.reason, r.lines, r."createdAt"
      from changed
      join json_to_recordset(${json(refunds)}::json) as r (id uuid, "orderId" uuid, status text, amount bigint,
        reason text, lines json, "createdAt" timestamptz) on r."orderId" = changed.id
      on conflict (id) do update set status = excluded.status, lines = excluded.lines`)
  }
  return { update, also }
}

/** The order as it is after its step was stored. */
function afterStep({ step, at }: DecidedStep): Order {
  return { ...step.order, version: step.order.version + 1, updatedAt: at }
}
