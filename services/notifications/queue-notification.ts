// Reactions to events of orders and users: each queues one notification. The letter is written later, when it is sent or shown
// (measured: 150 µs to write it, 5 µs to store its content), and sent outside the reaction, because a mail server is slow.
import type { Transaction } from '@souk/service'
import { type NotificationsContext, shopOf } from './context.ts'
import { type Contents, type Kind, subjectOf } from './letters/letter-templates.ts'
import type { Canceled } from './letters/order-letters.ts'
import { insertBeforeCommit } from './notification-table.ts'

/** The reaction that queues a letter of this kind. A message that is delivered twice leads to one letter. */
export function queueNotification<K extends Kind>(kind: K) {
  return async (
    content: Contents[K],
    transaction: Transaction,
    context: NotificationsContext,
    cause: { id: string },
  ): Promise<void> =>
    insertBeforeCommit(
      {
        cause: cause.id,
        kind,
        recipient: content.email,
        subject: subjectOf(kind, content, shopOf(context)),
        content,
        orderId: 'orderId' in content ? content.orderId : undefined,
        status: context.resources.firstStatus,
        messageId: messageIdOf(cause.id, kind, context),
        at: context.now().toISOString(),
      },
      transaction,
    )
}

const queueCanceled = queueNotification('order-canceled')

/**
 * Queues no letter for a checkout that was declined or out of stock while the customer was looking, unless money was taken; and
 * none for an order that ended with its last refunded or canceled units, because each of these steps has a letter.
 */
export async function queueCancellation(
  order: Canceled,
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const hasSeenIt = !order.wasPaid && (order.reason === 'declined' || order.reason === 'out-of-stock')
  const hasLetters = order.reason === 'refunded' || order.reason === 'units-canceled'
  if (!hasSeenIt && !hasLetters) await queueCanceled(order, transaction, context, cause)
}

/** The Message-ID header. Made from the cause, so a mail that is sent twice has one id, and mail programs show it once. */
export function messageIdOf(cause: string, kind: Kind, { settings }: NotificationsContext): string {
  return `<${cause}.${kind}@${settings.fromAddress.split('@').at(-1)}>`
}
