// The SQL of the orders table and of what hangs on it: reading an order whole, storing a new one, storing a step.
import { json, type Sql, type Statement, Verbatim } from '@souk/service'
import { accessKeyOf } from './access-key.ts'
import { itemCount, type Order } from './order.ts'
import type { Step } from './saga-steps.ts'

/** How long the resumer leaves an order to the request that is at it. */
const resumeAfterMs = 3_000

interface OrderRow extends Omit<Order, 'totals' | 'accessKey'> {
  currency: string
  subtotalAmount: number
  discountAmount: number
  shippingAmount: number
  taxAmount: number
  totalAmount: number
  taxIncluded: boolean
}

/** An order with its shipments and refunds; undefined when the condition finds none. */
export async function findOrder(
  sql: Sql,
  id: string,
  secret: string,
  condition?: Statement,
): Promise<Order | undefined> {
  const [row] = await sql<OrderRow>`
    select o.*,
      (select coalesce(json_agg(json_build_object(
          'id', s.id, 'carrier', s.carrier, 'trackingNumber', s.tracking_number, 'trackingUrl', s.tracking_url,
          'lines', s.lines, 'shippedAt', s.shipped_at) order by s.shipped_at, s.id), '[]')
        from shipment s where s.order_id = o.id) as shipments,
      (select coalesce(json_agg(json_build_object(
          'id', r.id, 'status', r.status, 'amount', r.amount, 'reason', r.reason,
          'lines', r.lines, 'createdAt', r.created_at) order by r.created_at, r.id), '[]')
        from refund r where r.order_id = o.id) as refunds
    from orders o
    where o.id = ${id}${condition ? sql` and ${condition}` : new Verbatim('')}`
  return row && orderOf(row, secret)
}

/** Locks the order until the end of the transaction, then reads it: both statements travel together. */
export async function lockOrder(
  sql: Sql,
  id: string,
  secret: string,
  condition?: Statement,
): Promise<Order | undefined> {
  const [, order] = await Promise.all([
    sql`select id from orders where id = ${id} for update`.then((rows) => rows),
    findOrder(sql, id, secret, condition),
  ])
  return order
}

export type NewOrder = Omit<Order, 'number'>

/** Stores new orders, save those whose id or cart already has one. Returns the numbers of what was stored. */
export function insertOrders(sql: Sql, orders: readonly NewOrder[]) {
  const rows = orders.map(({ totals, ...order }) => ({
    id: order.id,
    cart_id: order.cartId,
    customer_id: order.customerId,
    email: order.email,
    status: order.status,
    currency: totals.total.currency,
    subtotal: totals.subtotal.amount,
    discount: totals.discount.amount,
    shipping: totals.shipping.amount,
    tax: totals.tax.amount,
    total: totals.total.amount,
    tax_included: totals.taxIncluded,
    item_count: itemCount(order),
    lines: order.lines,
    shipping_address: order.shippingAddress,
    billing_address: order.billingAddress,
    shipping_method: order.shippingMethod,
    payment_choice: order.paymentChoice,
    return_url: order.returnUrl,
    resume_at: resumeAt(order.placedAt),
    placed_at: order.placedAt,
  }))
  const insert = sql<{ id: string; number: number }>`
    insert into orders (
      id, cart_id, customer_id, email, status, currency,
      subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_included,
      item_count, lines, shipping_address, billing_address, shipping_method,
      payment_choice, return_url, resume_at, placed_at, updated_at)
    select
      id, cart_id, customer_id, email, status, currency, subtotal, discount, shipping, tax, total, tax_included,
      item_count, lines, shipping_address, billing_address, shipping_method,
      payment_choice, return_url, resume_at, placed_at, placed_at
    from json_to_recordset(${json(rows)}::json) as fresh (
      id uuid, cart_id uuid, customer_id uuid, email text, status text, currency text,
      subtotal bigint, discount bigint, shipping bigint, tax bigint, total bigint, tax_included boolean,
      item_count integer, lines jsonb, shipping_address jsonb, billing_address jsonb, shipping_method jsonb,
      payment_choice jsonb, return_url text, resume_at timestamptz, placed_at timestamptz)
    on conflict do nothing
    returning id, number, version, status, placed_at`
  const entry = sql`
    insert into order_event (order_id, version, at, status, type, message)
    select id, version, placed_at, status, 'created', 'Checkout began.' from changed`
  return { insert, also: [entry] }
}

/** A step, the order that it was decided on, and when. */
export interface DecidedStep {
  before: Order
  step: Step
  at: string
}

/**
 * The statements that store steps of different orders: the first finds an order only in the version on which its step was
 * decided, the others take effect only if it did.
 */
export function storeSteps(sql: Sql, decided: readonly DecidedStep[]) {
  const rows = decided.map(({ before, step: { order, entry }, at }) => ({
    id: before.id,
    version: before.version,
    status: order.status,
    cancel_reason: order.cancelReason,
    cancel_detail: order.cancelDetail,
    payment_choice: order.paymentChoice,
    next_action: order.nextAction,
    deadline_at: order.deadlineAt,
    resume_at: order.status === 'checking-out' || order.status === 'capturing' ? resumeAt(at) : null,
    paid_at: order.paidAt,
    at,
    type: entry.type,
    message: entry.message,
    is_bought: order.status === 'paid' && before.status !== 'paid',
  }))
  const update = sql<{ id: string }>`
    update orders o set
      status = step.status,
      version = o.version + 1,
      cancel_reason = step.cancel_reason,
      cancel_detail = step.cancel_detail,
      payment_choice = step.payment_choice,
      next_action = step.next_action,
      deadline_at = step.deadline_at,
      resume_at = step.resume_at,
      paid_at = step.paid_at,
      updated_at = step.at
    from json_to_recordset(${json(rows)}::json) as step (
      id uuid, version integer, status text, cancel_reason text, cancel_detail jsonb, payment_choice jsonb,
      next_action jsonb, deadline_at timestamptz, resume_at timestamptz, paid_at timestamptz, at timestamptz,
      type text, message text, is_bought boolean)
    where o.id = step.id and o.version = step.version
    returning o.id, o.version, o.cart_id, o.status, step.at, step.type, step.message, step.is_bought`
  const also = [
    sql`
      insert into order_event (order_id, version, at, status, type, message)
      select id, version, at, status, type, message from changed`,
  ]
  if (rows.some((row) => row.is_bought)) {
    also.push(
      sql`update cart set status = 'ordered' where id = any(array(select cart_id from changed where is_bought))`,
    )
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
        "trackingNumber" text, "trackingUrl" text, lines jsonb, "shippedAt" timestamptz) on s."orderId" = changed.id`)
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
        reason text, lines jsonb, "createdAt" timestamptz) on r."orderId" = changed.id
      on conflict (id) do update set status = excluded.status`)
  }
  return { update, also }
}

/** The order as it is after its step was stored. */
export function afterStep(step: Step, at: string): Order {
  return { ...step.order, version: step.order.version + 1, updatedAt: at }
}

export function resumeAt(now: string): string {
  return new Date(Date.parse(now) + resumeAfterMs).toISOString()
}

export function orderOf(row: OrderRow, secret: string): Order {
  const { currency } = row
  const money = (amount: number) => ({ amount, currency })
  return {
    ...row,
    totals: {
      subtotal: money(row.subtotalAmount),
      discount: money(row.discountAmount),
      shipping: money(row.shippingAmount),
      tax: money(row.taxAmount),
      total: money(row.totalAmount),
      taxIncluded: row.taxIncluded,
    },
    shipments: row.shipments.map((one) => withoutNulls({ ...one, shippedAt: isoTime(one.shippedAt) })),
    refunds: row.refunds.map((one) => ({
      ...one,
      amount: money(one.amount as unknown as number),
      createdAt: isoTime(one.createdAt),
    })),
    accessKey: accessKeyOf(row.id, secret),
  }
}

/** Inside JSON, PostgreSQL writes times in its own way. */
function isoTime(text: string): string {
  return new Date(text).toISOString()
}
function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as T
}
