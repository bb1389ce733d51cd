// Gives back the stock of reservations whose time ran out, and tells the orders. Every instance does it; each takes what
// no other has in hand.
import { ReservationExpired } from '@souk/contracts/inventory'
import type { InventoryContext } from '../context.ts'
import { changesOf, lockHeld, writeFates } from '../settle/settlement.ts'
import { crossingsOf } from '../stock/threshold-events.ts'

const mostAtOnce = 200

export async function expireReservations(context: InventoryContext): Promise<void> {
  while ((await expireSome(context)) === mostAtOnce);
}

async function expireSome({ transaction, settings }: InventoryContext): Promise<number> {
  return transaction(async ({ sql, send, withCommit }) => {
    const due = await sql<{ orderId: string }>`
      select order_id
      from reservation
      where expires_at < clock_timestamp()
      order by expires_at
      limit ${mostAtOnce}::integer
      for no key update skip locked`
    if (due.length === 0) return 0
    const orderIds = due.map(({ orderId }) => orderId)
    const locked = await lockHeld(sql, orderIds, true)
    const fates = locked.held.map((held) => ({ ...held, status: 'expired' as const, moves: ['expired' as const] }))
    withCommit(writeFates(sql, fates))
    send(
      ...orderIds.map((orderId) => ReservationExpired({ orderId })),
      ...crossingsOf(changesOf(fates, locked), settings.lowStock),
    )
    return due.length
  })
}
