// POST /v1/notifications/:id/resend. Staff sends a letter again: a new notification with a message id of its own, because
// the first may have arrived and mail servers drop what they have seen.
import { randomUUIDv7 } from 'node:crypto'
import { notificationsApi } from '@souk/contracts/notifications'
import { handleOnce, refuse } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import { type Contents, type Kind, secretKinds } from './letters/letter-templates.ts'
import { insertNotifications, type NotificationRow, shown } from './notification-table.ts'
import { messageIdOf } from './queue-notification.ts'

const route = notificationsApi.routes.resend

export const resend = handleOnce(route, async ({ params }, context: NotificationsContext, { sql }) => {
  const [earlier] = await sql<Earlier>`
    select kind, recipient, subject, content, order_id
    from notification
    where id = ${params.id}`
  if (!earlier) refuse(route, 'not-found', 'There is no such notification.')
  const { kind, content, orderId, recipient, subject } = earlier
  if (secretKinds.includes(kind))
    refuse(route, 'cannot-resend', 'Its link expires. The customer can ask for a new one where they sign in.')
  if (content === null) refuse(route, 'cannot-resend', 'It is too long ago: what it said has been forgotten.')

  const id = randomUUIDv7()
  await insertNotifications(sql, [
    {
      id,
      cause: id,
      kind,
      recipient,
      subject,
      content,
      orderId: orderId ?? undefined,
      status: context.resources.firstStatus,
      messageId: messageIdOf(id, kind, context),
      repeats: params.id,
      at: context.now().toISOString(),
    },
  ])
  const [again] = await sql<NotificationRow>`
    select id, channel, kind, recipient, subject, status, attempts, error, order_id, created_at, sent_at
    from notification
    where id = ${id}`
  if (!again) throw new Error('A new id was taken already.')
  return shown(again)
})

interface Earlier {
  kind: Kind
  recipient: string
  subject: string
  content: Contents[Kind] | null
  orderId: string | null
}
