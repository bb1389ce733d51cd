// GET /v1/notifications. Staff list notifications, newest first. The ids are UUIDv7, so they sort by time.
import { notificationsApi } from '@souk/contracts/notifications'
import { join, type Statement } from '@souk/postgres'
import { handle, pageOf, readCursor, refuse } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import { isTo, type NotificationRow, notificationColumns, notificationOf } from './notification-table.ts'

const route = notificationsApi.routes.list
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const list = handle(route, async ({ query }, { sql }: NotificationsContext) => {
  const { orderId, recipient, status, channel, limit = 20 } = query
  const [after] = readCursor(route, query.cursor, 1) ?? []
  if (after !== undefined && !uuid.test(String(after)))
    refuse(route, 'invalid-cursor', 'This cursor is not one of ours.')

  const conditions: Statement[] = [sql`true`]
  if (after !== undefined) conditions.push(sql`id < ${after}`)
  if (orderId) conditions.push(sql`order_id = ${orderId}`)
  if (channel) conditions.push(sql`channel = ${channel}`)
  if (recipient) conditions.push(isTo(sql, 'notification', recipient))
  if (status === 'sent') conditions.push(sql`status = 'sent'`)
  // The second condition follows from the first. With it, the planner uses the small index on unsent rows.
  else if (status) conditions.push(sql`status = ${status} and status <> 'sent'`)

  const rows = await sql<NotificationRow>`
    select ${notificationColumns}
    from notification
    where ${join(conditions, ' and ')}
    order by id desc
    limit ${limit + 1}`
  const { items, nextCursor } = pageOf(rows, limit, (row) => [row.id])
  return { items: items.map(notificationOf), nextCursor }
})
