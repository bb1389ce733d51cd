// Reactions to a change of an e-mail address: the old and the new address are told, each with a letter of its own.
import type { MessageOf } from '@souk/contracts'
import type { EmailChanged, EmailChangeRequested } from '@souk/contracts/users'
import type { Transaction } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import { queueNotification } from './queue-notification.ts'

const queueLink = queueNotification('email-change')
const queueNotice = queueNotification('email-change-notice')
const queueToNew = queueNotification('email-changed')
const queueToOld = queueNotification('email-changed-notice')

/** The new address gets the link; the old one gets no link, so whoever reads its mail cannot use it. */
export async function queueEmailChange(
  { name, email, newEmail, url, expiresAt }: MessageOf<typeof EmailChangeRequested>['data'],
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const change = { name, oldEmail: email, newEmail }
  await queueLink({ ...change, email: newEmail, url, expiresAt }, transaction, context, cause)
  await queueNotice({ ...change, email }, transaction, context, cause)
}

export async function queueEmailChanged(
  { name, email, newEmail }: MessageOf<typeof EmailChanged>['data'],
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const change = { name, oldEmail: email, newEmail }
  await queueToNew({ ...change, email: newEmail }, transaction, context, cause)
  await queueToOld({ ...change, email }, transaction, context, cause)
}
