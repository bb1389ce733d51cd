// What happened elsewhere becomes a notification: one row each, one statement for a whole batch, and nothing for what is
// delivered twice. The letter itself is written when it is sent or looked at (measured: 150 µs, against 5 µs to keep what it
// is written from); sending is a slow side effect and has no place in a reaction (send-mails.ts).
import { randomUUIDv7 } from 'node:crypto'
import type { Transaction } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import { type Contents, type Kind, subjectOf } from './letters/letter-templates.ts'
import type { Canceled } from './letters/order-letters.ts'
import { insertNotifications, type NewNotification } from './notification-table.ts'

/** The reaction to a message that leads to a letter of this kind. */
export function tell<K extends Kind>(kind: K) {
  return async (
    content: Contents[K],
    { beforeCommit }: Transaction,
    context: NotificationsContext,
    cause: { id: string },
  ) => {
    beforeCommit(store, {
      cause: cause.id,
      kind,
      recipient: content.email,
      subject: subjectOf(kind, content, shopOf(context)),
      content,
      orderId: 'orderId' in content ? content.orderId : undefined,
      status: context.resources.firstStatus,
      messageId: messageIdOf(cause.id, kind, context),
      at: context.now().toISOString(),
    })
  }
}

/** The list is in the order of the ids. Those of one millisecond are random to each other, so a batch sorts its own. */
async function store(batch: readonly Omit<NewNotification, 'id'>[], { sql }: Pick<Transaction, 'sql'>): Promise<void> {
  const ids = batch.map(() => randomUUIDv7()).sort()
  const fresh = batch.map((one, place) => ({ id: ids[place] as string, ...one }))
  await insertNotifications(sql, fresh)
}

const tellCanceled = tell('order-canceled')

/**
 * A checkout that failed while the customer was looking at it needs no letter, unless money was taken; and an order that ended by
 * its refunds none besides theirs.
 */
export async function tellUnlessSeen(
  order: Canceled,
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const sawIt = !order.wasPaid && (order.reason === 'declined' || order.reason === 'out-of-stock')
  if (!sawIt && order.reason !== 'refunded') await tellCanceled(order, transaction, context, cause)
}

export function shopOf({ shared }: NotificationsContext) {
  return { name: shared.shopName, url: shared.publicUrl }
}

/** Follows from the cause, so that a mail which is sent twice carries the same id and is recognized. */
export function messageIdOf(cause: string, kind: Kind, { settings }: NotificationsContext): string {
  return `<${cause}.${kind}@${settings.fromAddress.split('@').at(-1)}>`
}
