// Gives back the stock of reservations whose time is over, and tells their orders. Every instance does this; each takes only
// reservations that no other instance has locked.
import { ReservationExpired } from '@souk/contracts/inventory'
import type { InventoryContext } from '../context.ts'
import { endReservations } from '../settle/end-reservations.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'

const batchSize = 200

export async function expireReservations(context: InventoryContext): Promise<void> {
  while ((await expireBatch(context)) === batchSize);
}

/** Expires those that are due first, and returns how many. */
async function expireBatch({ transaction, settings }: InventoryContext): Promise<number> {
  return transaction(async ({ sql, send, withCommit }) => {
    const due = await sql<{ orderId: string }>`
      select order_id
      from reservation
      where expires_at < clock_timestamp()
      order by expires_at
      limit ${batchSize}::integer
      for no key update skip locked`
    if (due.length === 0) return 0
    const orderIds = due.map(({ orderId }) => orderId)
    const changes = await endReservations(orderIds, 'expired', { sql, withCommit })
    send(...orderIds.map((orderId) => ReservationExpired({ orderId })), ...thresholdEvents(changes, settings.lowStock))
    return due.length
  })
}
