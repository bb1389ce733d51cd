// GET /v1/orders, /v1/orders/:id and its events. An order exists only for its owner, for staff, and for whoever has its key.
import { type OrderStatus, ordersApi } from '@souk/contracts/orders'
import { join, type Sql, type Statement } from '@souk/postgres'
import { type Caller, handle, pageOf, type Request, readCursor, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { isAccessKey } from './access-key.ts'
import { openStatuses, orderNumber, orderView } from './order.ts'
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

export const readOrder = handle(routes.read, async (request, context: OrdersContext) => {
  const { sql, shared } = context
  const order = await findOrder(sql, request.params.id, shared.sharedSecret, maySee(request, context))
  return order ? orderView(order) : refuse(routes.read, 'not-found', 'There is no such order.')
})

export const readTimeline = handle(routes.timeline, async (request, context: OrdersContext) => {
  const items = await context.sql<{ at: string; type: string; status: OrderStatus; message: string }>`
    select e.at, e.type, e.status, e.message
    from order_event e
    join orders o on o.id = e.order_id
    where o.id = ${request.params.id} and ${maySee(request, context)}
    order by e.version`
  // Every order has at least its beginning.
  return items.length > 0 ? { items } : refuse(routes.timeline, 'not-found', 'There is no such order.')
})

/** The condition under which an order `o` is there for this caller. */
export function maySee(
  { params, headers, caller }: { params: { id: string }; headers: Request['headers']; caller: Caller },
  { sql, shared }: Pick<OrdersContext, 'shared'> & { sql: Sql },
): Statement {
  const always = caller.role === 'staff' || isAccessKey(headers['order-key'], params.id, shared.sharedSecret)
  return sql`(${always}::boolean or o.customer_id = ${caller.userId ?? null}::uuid)`
}

/** By the index that knows: open checkouts have a table of their own, the others are filed under their status. */
function hasStatus(status: OrderStatus, sql: Sql): Statement {
  return openStatuses.includes(status)
    ? sql`status = ${status} and id = any(array(select order_id from open_checkout))`
    : sql`status = ${status} and filed_under = ${status}`
}

function lastOfPage(cursor: string | undefined): number | undefined {
  const [number] = readCursor(routes.list, cursor, 1) ?? []
  if (number === undefined || Number.isSafeInteger(number)) return number as number | undefined
  refuse(routes.list, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
}

/** 100042 of S-100042; what is no number finds nothing. */
function numberIn(text: string): number {
  const number = Number(/^(?:s-)?(\d{1,15})$/i.exec(text.trim())?.[1])
  return Number.isNaN(number) ? 0 : number
}
