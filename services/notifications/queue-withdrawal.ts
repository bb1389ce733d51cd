// Reaction to a declaration of withdrawal: whoever declared it gets a receipt.
import type { Transaction } from '@souk/service'
import type { NotificationsContext } from './context.ts'
import type { Withdrawn } from './letters/withdrawal-letters.ts'
import { queueNotification } from './queue-notification.ts'

const queueReceipt = queueNotification('withdrawal-received')
/** Anybody can declare a withdrawal with somebody else's address: while no order matches, that leads to three letters a day. */
const queueUnmatched = queueNotification('withdrawal-unmatched', { limits: { perHour: 3, perDay: 3, ofKind: true } })

export async function queueWithdrawal(
  withdrawn: Withdrawn,
  transaction: Transaction,
  context: NotificationsContext,
  cause: { id: string },
): Promise<void> {
  const queue = withdrawn.status === 'unmatched' ? queueUnmatched : queueReceipt
  await queue(withdrawn, transaction, context, cause)
}
