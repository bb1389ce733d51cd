// Reactions to events of orders and users: each queues one notification. The letter is written later, when it is sent or shown
// (measured: 150 µs to write it, 5 µs to store its content), and sent outside the reaction, because a mail server is slow.
import { traceparentOf } from '@souk/messaging'
import type { Transaction } from '@souk/service'
import { type NotificationsContext, shopOf } from './context.ts'
import { type Contents, type Kind, subjectOf } from './letters/letter-templates.ts'
import type { Canceled } from './letters/order-letters.ts'
import { countStored } from './metrics.ts'
import { insertBeforeCommit, type NewNotification } from './notification-table.ts'

/** The reaction that queues a letter of this kind. A message that is delivered twice leads to one letter. */
export function queueNotification<K extends Kind>(kind: K, more: Partial<NewNotification> = {}) {
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
        traceparent: traceparentOf(context.trace),
        limits: { perHour: context.settings.lettersPerHour, perDay: context.settings.lettersPerDay },
        ...more,
      },
      transaction,
      (mails) => countStored(mails, context.now(), context.metrics),
    )
}

const queueCanceled = queueNotification('order-canceled')
/** Anybody can begin an attempt with somebody else's address and leave it: that leads to one letter a day. */
const queueExpired = queueNotification('order-canceled', { limits: { perHour: 1, perDay: 1, ofKind: true } })

/**
 * Queues a letter when money was taken or a bank had agreed to pay, and when staff canceled the order. An attempt that was never
 * paid and that its maker, a declined card or missing stock has ended leads to no letter: its maker was looking, and may
 * have typed somebody else's address. One whose time ran out leads to one letter a day: the customer may have approved
 * the payment too late. An order that ended with its last refunded or canceled units has a
 * letter for each of these steps.
 */
export async function queueCancellation(
  order: Canceled,
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const hasLetters = order.reason === 'refunded' || order.reason === 'units-canceled'
  const isTold = order.wasPaid ? !hasLetters : order.wasApproved || order.reason === 'by-staff'
  if (isTold) await queueCanceled(order, transaction, context, cause)
  else if (order.reason === 'expired') await queueExpired(order, transaction, context, cause)
}

/** The Message-ID header. Made from the cause, so a mail that is sent twice has one id, and mail programs show it once. */
export function messageIdOf(cause: string, kind: Kind, { settings }: NotificationsContext): string {
  return `<${cause}.${kind}@${settings.fromAddress.split('@').at(-1)}>`
}
