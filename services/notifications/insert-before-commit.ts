// Stores the notifications of a batch of messages together, on all channels.
import type { BeforeCommit, Transaction } from '@souk/messaging'
import { onAllChannels } from './delivery/other-channels.ts'
import { insertStatement, type NewNotification, type RecordedNotification } from './notification-table.ts'

/**
 * Inserts a notification just before the commit, in one statement with those of the other messages in the batch (measured: a
 * quarter of the cost of one statement each). Nothing happens when its cause has a notification of this kind already. The `onStored` of
 * the first one is told of all of them after the commit.
 */
export function insertBeforeCommit(
  notification: NewNotification,
  { beforeCommit }: Pick<Transaction, 'beforeCommit'>,
  onStored: NotificationToStore['onStored'],
): void {
  beforeCommit(insertAll, { notification, onStored })
}
interface NotificationToStore {
  notification: NewNotification
  onStored(stored: readonly RecordedNotification[]): void
}
const insertAll: BeforeCommit<NotificationToStore> = async (added, { sql, afterCommit }) => {
  const mails = added.map(({ notification }) => notification)
  const rows = sql<RecordedNotification>`
    ${insertStatement(sql, await onAllChannels(mails, sql))}
    returning channel, cause, status`
  const stored = await rows
  afterCommit(() => added[0]?.onStored(stored))
}
