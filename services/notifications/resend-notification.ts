// POST /v1/notifications/:id/resend. Staff send a letter again. It becomes a new notification with a message id of its own:
// the first mail may have arrived, and mail servers drop a second one with the same id.
import { randomUUIDv7 } from 'node:crypto'
import { notificationsApi } from '@souk/contracts/notifications'
import { handleOnce, refuse } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import type { ChannelName } from './delivery/channel.ts'
import { type Contents, type Kind, secretKinds } from './letters/letter-templates.ts'
import { countStored } from './metrics.ts'
import { insertNotification, notificationOf } from './notification-table.ts'
import { messageIdOf } from './queue-notification.ts'

const route = notificationsApi.routes.resend

export const resend = handleOnce(route, async ({ params }, context: NotificationsContext, { sql, afterCommit }) => {
  const [earlier] = await sql<Earlier>`
    select channel, kind, recipient, subject, content, order_id
    from notification
    where id = ${params.id}`
  if (!earlier) refuse(route, 'not-found', 'There is no such notification.')
  const { channel, kind, content, orderId, recipient, subject } = earlier
  if (secretKinds.includes(kind))
    refuse(route, 'cannot-resend', 'Its link or code expires. The customer can request a new one.')
  if (content === null) refuse(route, 'cannot-resend', 'The content of this letter was deleted after 90 days.')

  const cause = randomUUIDv7()
  const row = await insertNotification(sql, {
    channel,
    cause,
    kind,
    recipient,
    subject,
    content,
    orderId: orderId ?? undefined,
    status: context.resources.firstStatus[channel],
    messageId: messageIdOf(cause, kind, context),
    repeats: params.id,
    at: context.now().toISOString(),
  })
  if (!row) throw new Error('A new UUID was taken already.')
  afterCommit(() => countStored([{ channel, cause, status: row.status }], context.now(), context.metrics))
  return notificationOf(row)
})

interface Earlier {
  channel: ChannelName
  kind: Kind
  recipient: string
  subject: string
  content: Contents[Kind] | null
  orderId: string | null
}
