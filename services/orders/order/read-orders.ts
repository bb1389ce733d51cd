// GET /v1/orders, /v1/orders/:id and its events. To everybody but its owner, staff, and requests with its key, an order
// does not exist.
import { type OrderStatus, ordersApi } from '@souk/contracts/orders'
import { join, type Sql, type Statement, Verbatim } from '@souk/postgres'
import { type Caller, handle, pageOf, type Request, readCursor, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { isAccessKey } from './access-key.ts'
import { openStatuses, orderNumber, orderView } from './order.ts'
import { numberIn } from './order-number.ts'
import { findOrder } from './orders-table.ts'

const { routes } = ordersApi

interface Summary {
  id: string
  number: number
  status: OrderStatus
  email: string
  currency: string
  totalAmount: number
  refundedAmount: number
  itemCount: number
  placedAt: string
}

export const listOrders = handle(routes.list, async ({ query, caller }, { sql }: OrdersContext) => {
  const limit = query.limit ?? 20
  const after = lastOfPage(query.cursor)
  const conditions = [
    ...(caller.role === 'staff' ? [] : [sql`customer_id = ${caller.userId}`]),
    ...(query.status ? [hasStatus(query.status, sql)] : []),
    ...(query.email ? [sql`lower(email) = lower(${query.email})`] : []),
    ...(query.number ? [sql`number = ${numberIn(query.number)}`] : []),
    ...(after === undefined ? [] : [sql`number < ${after}`]),
  ]
  const rows = await sql<Summary>`
    select id, number, status, email, currency, total_amount, item_count, placed_at,
      (select coalesce(sum(r.amount), 0)::bigint from refund r where r.order_id = o.id and r.status = 'refunded') as refunded_amount
    from orders o
    where ${conditions.length > 0 ? join(conditions, ' and ') : sql`true`}
    order by number desc
    limit ${limit + 1}`
  const page = pageOf(rows, limit, (row) => [row.number])
  return {
    items: page.items.map((row) => ({
      ...row,
      number: orderNumber(row),
      total: { amount: row.totalAmount, currency: row.currency },
      refunded: { amount: row.refundedAmount, currency: row.currency },
    })),
    nextCursor: page.nextCursor,
  }
})

export const readOrder = handle(routes.read, async (request, { sql, settings }: OrdersContext) => {
  const order = await findOrder(sql, request.params.id, settings.accessKeySecret)
  if (!order || !(maySee(order, request, settings.accessKeySecret) || hasBought(order, request))) {
    return refuse(routes.read, 'not-found', 'There is no such order.')
  }
  return orderView(order)
})

interface TimelineRow {
  id: string
  customerId: string | null
  at: string
  type: string
  status: OrderStatus
  message: string
}

export const readTimeline = handle(routes.timeline, async (request, { sql, settings }: OrdersContext) => {
  const items = await sql<TimelineRow>`
    select o.id, o.customer_id, e.at, e.type, e.status, e.message
    from order_event e
    join orders o on o.id = e.order_id
    where o.id = ${request.params.id}
    order by e.version`
  const [first] = items // Every order has at least the entry of its beginning.
  if (!first || !maySee(first, request, settings.accessKeySecret)) {
    return refuse(routes.timeline, 'not-found', 'There is no such order.')
  }
  return { items }
})

/**
 * True for a guest who has the ids of the order and of its cart, which nobody else knows: the answer of the checkout, with the key in
 * it, may have got lost. The cart of a customer is no key.
 */
function hasBought(order: { cartId: string; customerId: string | null }, { headers }: Pick<Request, 'headers'>) {
  return order.customerId === null && headers['cart-id']?.toLowerCase() === order.cartId
}

/** True for the order's owner, for staff, and for a request that has the order's key. */
export function maySee(
  order: { id: string; customerId: string | null },
  { headers, caller }: { headers: Request['headers']; caller: Caller },
  secret: string,
): boolean {
  const isOwner = caller.userId !== undefined && order.customerId === caller.userId
  return isOwner || caller.role === 'staff' || isAccessKey(headers['order-key'], order.id, secret)
}

/**
 * Uses an index: open checkouts have a table of their own, the other orders are filed under their status. The status is part of the
 * statement, because for a parameter the planner takes any status for frequent, and looks for the few canceled orders among all
 * orders. The contract lets no other words pass.
 */
function hasStatus(status: OrderStatus, sql: Sql): Statement {
  return openStatuses.includes(status)
    ? sql`status = ${status} and id = any(array(select order_id from open_checkout))`
    : sql`status = ${status} and filed_under = ${new Verbatim(`'${status}'`)}`
}

function lastOfPage(cursor: string | undefined): number | undefined {
  const [number] = readCursor(routes.list, cursor, 1) ?? []
  if (number === undefined || Number.isSafeInteger(number)) return number as number | undefined
  refuse(routes.list, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
}
