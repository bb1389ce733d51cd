// The SQL of the orders table: reading an order with everything that belongs to it, and storing a new one. What changes an
// order later is stored by checkout/store-step.ts.
import { batched, columns, json, type Sql } from '@souk/postgres'
import { inOneOrder } from '../cart/carts-table.ts'
import type { PricedLine } from '../cart/price-cart.ts'
import { sumOfPriceVersions } from '../cart/price-list.ts'
import type { PriceVersions } from '../cart/priced-cart-cache.ts'
import type { OrdersContext } from '../context.ts'
import { type WithdrawalRow, withdrawalOf, withdrawalsOf } from '../withdrawal/withdrawals-table.ts'
import { accessKeyOf } from './access-key.ts'
import { itemCount, type NewOrder, type Order, type OrderRefund, type RefundLine } from './order.ts'
import { fingerprintOf } from './payment-fingerprint.ts'

/** The resumer leaves an order to the request that works on it for this long. */
const resumeAfterMs = 3_000

interface OrderRow extends Omit<Order, 'lines' | 'totals' | 'accessKey' | 'refunds' | 'withdrawals'> {
  /** Orders that were stored before lines had a discount lack it. */
  lines: (Omit<PricedLine, 'discount'> & Partial<Pick<PricedLine, 'discount'>>)[]
  currency: string
  subtotalAmount: number
  discountAmount: number
  shippingAmount: number
  taxAmount: number
  totalAmount: number
  taxIncluded: boolean
  refunds: RefundRow[]
  withdrawals: WithdrawalRow[]
}
interface RefundRow extends Omit<OrderRefund, 'amount' | 'parts' | 'lines'> {
  amount: number
  itemsAmount: number
  itemsTax: number
  shippingAmount: number
  shippingTax: number
  goodwillTax: number
  /** A process of the version before stores no more than the units. */
  lines: (Pick<RefundLine, 'sku' | 'quantity' | 'unshipped'> & Partial<RefundLine>)[]
}

/** An order with its shipments and refunds. `secret`: what its access key is made from. */
export async function findOrder(sql: Sql, id: string, secret: string): Promise<Order | undefined> {
  const [row] = await sql<OrderRow>`
    select o.id, o.number, o.cart_id, o.customer_id, o.email, o.status, o.version, o.cancel_reason, o.cancel_detail, o.lines,
      o.currency, o.subtotal_amount, o.discount_amount, o.shipping_amount, o.tax_amount, o.total_amount, o.tax_included,
      o.shipping_address, o.billing_address, o.shipping_method, o.return_url, o.paid_at, o.placed_at, o.updated_at,
      c.payment_choice, c.next_action, c.deadline_at, c.network, l.language,
      (select coalesce(json_agg(json_build_object(
          'id', s.id, 'carrier', s.carrier, 'trackingNumber', s.tracking_number, 'trackingUrl', s.tracking_url,
          'lines', s.lines, 'shippedAt', s.shipped_at) order by s.shipped_at, s.id), '[]')
        from shipment s where s.order_id = o.id) as shipments,
      (select coalesce(json_agg(json_build_object(
          'id', r.id, 'status', r.status, 'amount', r.amount, 'itemsAmount', r.items_amount, 'itemsTax', r.items_tax,
          'shippingAmount', r.shipping_amount, 'shippingTax', r.shipping_tax, 'goodwillTax', r.goodwill_tax,
          'reason', r.reason, 'lines', r.lines, 'createdAt', r.created_at) order by r.created_at, r.id), '[]')
        from refund r where r.order_id = o.id) as refunds,
      ${withdrawalsOf(sql, sql`o.id`)} as withdrawals
    from orders o
    left join open_checkout c on c.order_id = o.id
    left join order_language l on l.order_id = o.id
    where o.id = ${id}`
  return row && orderOf(row, secret)
}

/** Locks the order until the end of the transaction, then reads it. Both statements leave in one round trip. */
export async function lockOrder(sql: Sql, id: string, secret: string): Promise<Order | undefined> {
  const [, order] = await Promise.all([
    sql`select id from orders where id = ${id} for update`.then((rows) => rows),
    findOrder(sql, id, secret),
  ])
  return order
}

type OrderToInsert = NewOrder & PriceVersions

const orderRows = columns<OrderToInsert>({
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
  payment_fingerprint: ['text', (order) => order.paymentChoice && fingerprintOf(order.id, order.paymentChoice)],
  return_url: ['text', (order) => order.returnUrl],
  resume_at: ['timestamptz', (order) => resumeAt(order.placedAt)],
  network: ['text', (order) => order.network],
  placed_at: ['timestamptz', (order) => order.placedAt],
  cart_version: ['integer', (order) => order.cartVersion],
  language: ['text', (order) => order.language],
  skus: ['text[]', (order) => order.lines.map((line) => line.sku)],
  prices_version: ['bigint', (order) => order.pricesVersion],
})

/**
 * Stores a new order, with its open checkout and the first line of its timeline, and returns it with its number. Undefined
 * when its id or its cart already has an order, or when the cart or the price of one of its goods has another version by now.
 */
export async function insertOrder(
  order: NewOrder,
  { cartVersion, pricesVersion }: PriceVersions,
  context: OrdersContext,
): Promise<Order | undefined> {
  const inserted = await insertInBatch({ ...order, cartVersion, pricesVersion }, context)
  return inserted && { ...order, number: inserted.number }
}

const insertInBatch = batched<OrderToInsert, { id: string; number: number }, OrdersContext>({
  key: (order) => order.id,
  // One statement cannot tell which of two orders got the cart.
  conflicts: (order) => [order.cartId],
  keyOf: (inserted) => inserted.id,
  write(orders, { sql, commit }) {
    const given = sql`select * from ${orderRows(inOneOrder(orders, (order) => order.cartId))} as fresh`
    const insert = sql<{ id: string; number: number }>`
      insert into orders (
        id, cart_id, customer_id, email, currency,
        subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_included,
        item_count, lines, shipping_address, billing_address, shipping_method, return_url, placed_at, status, updated_at,
        cart_version, payment_fingerprint)
      select
        id, cart_id, customer_id, email, currency, subtotal, discount, shipping, tax, total, tax_included,
        item_count, lines, shipping_address, billing_address, shipping_method, return_url, placed_at, status, placed_at,
        cart_version, payment_fingerprint
      from given
      where prices_version = ${sumOfPriceVersions(sql, sql`given.skus`)}
        -- The lock makes an edit of the cart wait; after that it sees the order (is_cart_taken).
        and cart_version = (select version from cart where cart.id = given.cart_id for share)
      on conflict do nothing
      returning id, number, version, status, placed_at`
    const open = sql`
      insert into open_checkout (order_id, payment_choice, resume_at, network)
      select id, payment_choice, resume_at, network
      from given
      where id = any(array(select id from changed))`
    const entry = sql`
      insert into order_event (order_id, version, at, status, type, message)
      select id, version, placed_at, status, 'created', 'Checkout began.' from changed`
    const language = sql`
      insert into order_language (order_id, language)
      select id, language from given where language is not null and id = any(array(select id from changed))`
    return commit(insert, { given, also: [open, entry, language] })
  },
  waitMs: 16,
})

/** When the resumer continues an order that was changed now. */
export function resumeAt(now: string): string {
  return new Date(Date.parse(now) + resumeAfterMs).toISOString()
}

function orderOf(row: OrderRow, secret: string): Order {
  const { currency } = row
  const money = (amount: number) => ({ amount, currency })
  return {
    ...row,
    lines: row.lines.map((line) => ({ ...line, discount: line.discount ?? money(0) })),
    totals: {
      subtotal: money(row.subtotalAmount),
      discount: money(row.discountAmount),
      shipping: money(row.shippingAmount),
      tax: money(row.taxAmount),
      total: money(row.totalAmount),
      taxIncluded: row.taxIncluded,
    },
    shipments: row.shipments.map((one) => withoutNulls({ ...one, shippedAt: isoTime(one.shippedAt) })),
    refunds: row.refunds.map((one) => refundOf(one, currency)),
    withdrawals: row.withdrawals.map(withdrawalOf),
    accessKey: accessKeyOf(row.id, secret),
  }
}

function refundOf(row: RefundRow, currency: string): OrderRefund {
  const { id, status, amount, reason, createdAt } = row
  return {
    id,
    status,
    amount: { amount, currency },
    parts: {
      items: { amount: row.itemsAmount, tax: row.itemsTax },
      shipping: { amount: row.shippingAmount, tax: row.shippingTax },
      // The rest of the amount is goodwill.
      goodwill: { amount: amount - row.itemsAmount - row.shippingAmount, tax: row.goodwillTax },
    },
    lines: row.lines.map((line) => ({ restocked: 0, amount: 0, tax: 0, share: 0, ...line })),
    reason,
    createdAt: isoTime(createdAt),
  }
}

/** PostgreSQL writes times in JSON in its own format. */
function isoTime(text: string): string {
  return new Date(text).toISOString()
}
function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as T
}
