// Gives back the stock of reservations whose time is over. An unpaid order that held it is deferred: it can still be paid and has a
// deadline of its own. Other orders are told that their reservation has expired. Every instance does this; each takes only
// reservations that no other instance has locked.
import { ReservationExpired } from '@souk/contracts/inventory'
import type { InventoryContext } from '../context.ts'
import { endReservations } from '../settle/end-reservations.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'

const batchSize = 200

export async function expireReservations(context: InventoryContext): Promise<void> {
  while ((await expireBatch(context)) > 0);
}

/** Expires those that are due first, and returns how many. */
async function expireBatch({ transaction, settings }: InventoryContext): Promise<number> {
  return transaction(async ({ sql, send, withCommit }) => {
    const due = await sql<{ orderId: string; isHeld: boolean }>`
      select order_id, held_by is not null as is_held
      from reservation
      where expires_at < clock_timestamp()
      order by expires_at
      limit ${batchSize}::integer
      for no key update skip locked`
    if (due.length === 0) return 0
    // One kind at a time: both would change the stock of one SKU in one transaction, and each counts what becomes available.
    const isHeld = due[0]?.isHeld ?? false
    const orderIds = due.filter((one) => one.isHeld === isHeld).map(({ orderId }) => orderId)
    const changes = await endReservations(orderIds, isHeld ? 'deferred' : 'expired', { sql, withCommit })
    if (!isHeld) send(...orderIds.map((orderId) => ReservationExpired({ orderId })))
    send(...thresholdEvents(changes, settings.lowStock))
    return orderIds.length
  })
}
