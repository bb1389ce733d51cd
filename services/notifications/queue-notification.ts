// Reactions to events of orders and users: each queues one notification. The letter is written later, when it is sent or shown
// (measured: 150 µs to write it, 5 µs to store its content), and sent outside the reaction, because a mail server is slow.
import { traceparentOf } from '@souk/messaging'
import type { Transaction } from '@souk/service'
import { type NotificationsContext, shopOf } from './context.ts'
import { insertBeforeCommit } from './insert-before-commit.ts'
import { type Contents, type Kind, subjectOf } from './letters/letter-templates.ts'
import type { Canceled } from './letters/order-letters.ts'
import { countStored } from './metrics.ts'
import type { NewNotification } from './notification-table.ts'
import type { News } from './preferences/person-table.ts'

/** The news that a kind is, for the preferences; other kinds are told by mail alone. */
const newsOf: { readonly [K in Kind]?: News } = {
  'order-confirmed': 'confirmed',
  'order-shipped': 'shipped',
  'order-canceled': 'canceled',
  'units-canceled': 'canceled',
  'order-refunded': 'refunded',
}

/** A new notification of this kind. `cause`: the id of what it answers; the same cause leads to one. */
export function newNotification<K extends Kind>(
  kind: K,
  content: Contents[K],
  cause: string,
  context: NotificationsContext,
  more: Partial<NewNotification> = {},
): NewNotification {
  const channel = more.channel ?? (kind === 'phone-code' ? 'sms' : 'mail')
  const recipient = 'email' in content ? content.email : 'phone' in content ? content.phone : undefined
  return {
    channel,
    cause,
    kind,
    recipient: recipient ?? '',
    subject: subjectOf(kind, content, shopOf(context)),
    content,
    orderId: 'orderId' in content ? content.orderId : undefined,
    status: context.resources.firstStatus[channel],
    messageId: messageIdOf(cause, kind, context),
    at: context.now().toISOString(),
    traceparent: traceparentOf(context.trace),
    ...more,
  }
}

/** The reaction that queues a letter of this kind. A message that is delivered twice leads to one letter. */
export function queueNotification<K extends Kind>(kind: K, more: Partial<NewNotification> = {}) {
  const name = newsOf[kind]
  return async (
    content: Contents[K],
    transaction: Transaction,
    context: NotificationsContext,
    cause: { id: string },
  ): Promise<void> => {
    const { settings, resources } = context
    const customerId = 'customerId' in content ? content.customerId : undefined
    const notification = newNotification(kind, content, cause.id, context, {
      limits: { perHour: settings.lettersPerHour, perDay: settings.lettersPerDay },
      news: name && { name, customerId, firstStatus: resources.firstStatus, canText: resources.canText },
      ...more,
    })
    insertBeforeCommit(notification, transaction, (stored) => countStored(stored, context.now(), context.metrics))
  }
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
