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

/** Stores a new order, unless its id or its cart already has one. Returns its number then. */
export function insertOrder(
  sql: Sql,
  order: Omit<Order, 'number'>,
): { insert: Statement<{ number: number }>; also: Statement[] } {
  const { totals } = order
  const insert = sql<{ number: number }>`
    insert into orders (
      id, cart_id, customer_id, email, status, currency,
      subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_included,
      item_count, lines, shipping_address, billing_address, shipping_method,
      payment_choice, return_url, resume_at, placed_at, updated_at)
    values (
      ${order.id}, ${order.cartId}, ${order.customerId}, ${order.email}, ${order.status}, ${totals.total.currency},
      ${totals.subtotal.amount}, ${totals.discount.amount}, ${totals.shipping.amount}, ${totals.tax.amount},
      ${totals.total.amount}, ${totals.taxIncluded},
      ${itemCount(order)}, ${json(order.lines)}, ${order.shippingAddress}, ${order.billingAddress}, ${order.shippingMethod},
      ${order.paymentChoice}, ${order.returnUrl}, ${resumeAt(order.placedAt)}, ${order.placedAt}, ${order.placedAt})
    on conflict do nothing
    returning id, version, number`
  const entry = sql`
    insert into order_event (order_id, version, at, status, type, message)
    select id, version, ${order.placedAt}::timestamptz, ${order.status}, 'created', 'Checkout began.' from changed`
  return { insert, also: [entry] }
}

/**
 * The statements that store a step: the first finds the order only in the version on which the step was decided, the
 * others take effect only if it did.
 */
export function storeStep(sql: Sql, before: Order, step: Step, at: string): { update: Statement; also: Statement[] } {
  const after = step.order
  const isDriven = after.status === 'checking-out' || after.status === 'capturing'
  const update = sql`
    update orders set
      status = ${after.status},
      version = version + 1,
      cancel_reason = ${after.cancelReason},
      cancel_detail = ${after.cancelDetail},
      payment_choice = ${after.paymentChoice},
      next_action = ${after.nextAction},
      deadline_at = ${after.deadlineAt},
      resume_at = ${isDriven ? resumeAt(at) : null},
      paid_at = ${after.paidAt},
      updated_at = ${at}
    where id = ${before.id} and version = ${before.version}
    returning id, version, cart_id`
  const also = [
    sql`
      insert into order_event (order_id, version, at, status, type, message)
      select id, version, ${at}::timestamptz, ${after.status}, ${step.entry.type}, ${step.entry.message} from changed`,
  ]
  if (after.status === 'paid' && before.status !== 'paid') {
    also.push(sql`update cart set status = 'ordered' where id = (select cart_id from changed)`)
  }
  for (const shipment of after.shipments.filter((one) => !before.shipments.includes(one))) {
    also.push(sql`
      insert into shipment (id, order_id, carrier, tracking_number, tracking_url, lines, shipped_at)
      select ${shipment.id}::uuid, id, ${shipment.carrier}, ${shipment.trackingNumber}, ${shipment.trackingUrl},
        ${json(shipment.lines)}::jsonb, ${shipment.shippedAt}::timestamptz
      from changed`)
  }
  for (const refund of after.refunds.filter((one) => !before.refunds.includes(one))) {
    also.push(sql`
      insert into refund (id, order_id, status, amount, reason, lines, created_at)
      select ${refund.id}::uuid, id, ${refund.status}, ${refund.amount.amount}::bigint, ${refund.reason},
        ${json(refund.lines)}::jsonb, ${refund.createdAt}::timestamptz
      from changed
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
