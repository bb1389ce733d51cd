// The SQL of the orders table and of what hangs on it: reading an order whole, storing a new one, storing a step.
import { columns, json, type Sql, type Statement, Verbatim } from '@souk/postgres'
import { pricesVersion } from '../cart/price-list.ts'
import type { PricedBy } from '../cart/priced-cart-cache.ts'
import type { Step } from '../checkout/saga-steps.ts'
import { accessKeyOf } from './access-key.ts'
import { isOpen, itemCount, type Order, openStatuses } from './order.ts'

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
    select o.*, c.payment_choice, c.next_action, c.deadline_at,
      (select coalesce(json_agg(json_build_object(
          'id', s.id, 'carrier', s.carrier, 'trackingNumber', s.tracking_number, 'trackingUrl', s.tracking_url,
          'lines', s.lines, 'shippedAt', s.shipped_at) order by s.shipped_at, s.id), '[]')
        from shipment s where s.order_id = o.id) as shipments,
      (select coalesce(json_agg(json_build_object(
          'id', r.id, 'status', r.status, 'amount', r.amount, 'reason', r.reason,
          'lines', r.lines, 'createdAt', r.created_at) order by r.created_at, r.id), '[]')
        from refund r where r.order_id = o.id) as refunds
    from orders o
    left join open_checkout c on c.order_id = o.id
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

/** An order, and by what it was priced. */
export type NewOrder = Omit<Order, 'number'> & PricedBy

const newOrders = columns<NewOrder>({
  id: ['uuid', (order) => order.id],
  cart_id: ['uuid', (order) => order.cartId],
  customer_id: ['uuid', (order) => order.customerId],
  email: ['text', (order) => order.email],
  status: ['text', (order) => order.status],
  currency: ['text', ({ totals }) => totals.total.currency],
  subtotal: ['bigint', ({ totals }) => totals.subtotal.amount],
  discount: ['bigint', ({ totals }) => totals.discount.amount],
  shipping: ['bigint', ({ totals }) => totals.shipping.amount],
  tax: ['bigint', ({ totals }) => totals.tax.amount],
  total: ['bigint', ({ totals }) => totals.total.amount],
  tax_included: ['boolean', ({ totals }) => totals.taxIncluded],
  item_count: ['integer', itemCount],
  lines: ['json', (order) => json(order.lines)],
  shipping_address: ['json', (order) => json(order.shippingAddress)],
  billing_address: ['json', (order) => json(order.billingAddress)],
  shipping_method: ['json', (order) => json(order.shippingMethod)],
  payment_choice: ['json', (order) => json(order.paymentChoice)],
  return_url: ['text', (order) => order.returnUrl],
  resume_at: ['timestamptz', (order) => resumeAt(order.placedAt)],
  placed_at: ['timestamptz', (order) => order.placedAt],
  cart_version: ['integer', (order) => order.cartVersion],
  prices_version: ['bigint', (order) => order.pricesVersion],
})

/** Stores new orders, save those whose id or cart already has one, or whose price does not hold any more. Returns the numbers of what was stored. */
export function insertOrders(sql: Sql, orders: readonly NewOrder[]) {
  const given = sql`select * from ${newOrders(orders)} as fresh`
  const insert = sql<{ id: string; number: number }>`
    insert into orders (
      id, cart_id, customer_id, email, currency,
      subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_included,
      item_count, lines, shipping_address, billing_address, shipping_method, return_url, placed_at, status, updated_at)
    select
      id, cart_id, customer_id, email, currency, subtotal, discount, shipping, tax, total, tax_included,
      item_count, lines, shipping_address, billing_address, shipping_method, return_url, placed_at, status, placed_at
    from given
    where prices_version = ${pricesVersion(sql)}
      and cart_version = (select version from cart where cart.id = given.cart_id)
    on conflict do nothing
    returning id, number, version, status, placed_at`
  const open = sql`
    insert into open_checkout (order_id, payment_choice, resume_at)
    select id, payment_choice, resume_at
    from given
    where id = any(array(select id from changed))`
  const entry = sql`
    insert into order_event (order_id, version, at, status, type, message)
    select id, version, placed_at, status, 'created', 'Checkout began.' from changed`
  return { given, insert, also: [open, entry] }
}

/** A step, the order that it was decided on, and when. */
export interface DecidedStep {
  before: Order
  step: Step
  at: string
}

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
export function storeSteps(sql: Sql, decided: readonly DecidedStep[]) {
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
