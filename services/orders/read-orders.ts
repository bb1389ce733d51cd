// GET /v1/orders, /v1/orders/:id and its events. An order exists only for its owner, for staff, and for whoever has its key.
import { type OrderStatus, ordersApi } from '@souk/contracts/orders'
import {
  type Caller,
  handle,
  join,
  pageOf,
  type Request,
  readCursor,
  refuse,
  type Sql,
  type Statement,
} from '@souk/service'
import { isAccessKey } from './access-key.ts'
import type { OrdersContext } from './context.ts'
import { orderNumber, orderView } from './order.ts'
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
    ...(query.status ? [sql`status = ${query.status}`] : []),
    ...(query.email ? [sql`lower(email) = lower(${query.email})`] : []),
    ...(query.number ? [sql`number = ${numberIn(query.number)}`] : []),
    ...(after ? [sql`(placed_at, id) < (${after.placedAt}::timestamptz, ${after.id}::uuid)`] : []),
  ]
  const rows = await sql<Summary>`
    select id, number, status, email, currency, total_amount, item_count, placed_at,
      (select coalesce(sum(r.amount), 0)::bigint from refund r where r.order_id = o.id and r.status = 'refunded') as refunded_amount
    from orders o
    where ${conditions.length > 0 ? join(conditions, ' and ') : sql`true`}
    order by placed_at desc, id desc
    limit ${limit + 1}`
  const page = pageOf(rows, limit, (row) => [row.placedAt, row.id])
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
  const items = await context.sql<{ at: string; type: string; message: string }>`
    select e.at, e.type, e.message
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

function lastOfPage(cursor: string | undefined): { placedAt: string; id: string } | undefined {
  const values = readCursor(routes.list, cursor, 2)
  if (!values) return undefined
  const [placedAt, id] = values.map(String) as [string, string]
  const fits = !Number.isNaN(Date.parse(placedAt)) && /^[0-9a-f-]{36}$/.test(id)
  if (!fits) refuse(routes.list, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
  return { placedAt: new Date(placedAt).toISOString(), id }
}

/** 100042 of S-100042; what is no number finds nothing. */
function numberIn(text: string): number {
  const number = Number(/^(?:s-)?(\d{1,15})$/i.exec(text.trim())?.[1])
  return Number.isNaN(number) ? 0 : number
}
