// GET /v1/withdrawals. Staff sees the declarations of withdrawal, newest first.
import { ordersApi } from '@souk/contracts/orders'
import { join } from '@souk/postgres'
import { handle, pageOf, readCursor, refuse } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { recordColumns, type WithdrawalRecord, withdrawalView } from './withdrawals-table.ts'

const route = ordersApi.routes.listWithdrawals
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const listWithdrawals = handle(route, async ({ query }, { sql }: OrdersContext) => {
  const limit = query.limit ?? 20
  const after = lastOfPage(query.cursor)
  const conditions = [
    ...(query.status ? [sql`status = ${query.status}`] : []),
    ...(query.orderId ? [sql`order_id = ${query.orderId}`] : []),
    ...(after === undefined ? [] : [sql`id < ${after}`]),
  ]
  const rows = await sql<WithdrawalRecord>`
    select ${recordColumns(sql)}
    from withdrawal
    where ${conditions.length > 0 ? join(conditions, ' and ') : sql`true`}
    order by id desc
    limit ${limit + 1}`
  const page = pageOf(rows, limit, (row) => [row.id])
  return { items: page.items.map(withdrawalView), nextCursor: page.nextCursor }
})

function lastOfPage(cursor: string | undefined): string | undefined {
  const [id] = readCursor(route, cursor, 1) ?? []
  if (id === undefined || (typeof id === 'string' && isUuid.test(id))) return id as string | undefined
  refuse(route, 'invalid-cursor', 'This cursor is not one of ours. Start again from the first page.')
}
