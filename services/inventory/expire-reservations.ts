// Gives back the stock of reservations whose time ran out, and tells the orders. Every instance does it; each takes what
// no other has in hand.
import { ReservationExpired } from '@souk/contracts/inventory'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'

const mostAtOnce = 200

export async function expireReservations(context: InventoryContext): Promise<void> {
  while ((await expireSome(context)) === mostAtOnce);
}

async function expireSome({ transaction, settings }: InventoryContext): Promise<number> {
  return transaction(async ({ sql, send }) => {
    const rows = await sql<Change & { orderId: string | null }>`
      select order_id, sku, before, after from expire_reservations(${mostAtOnce}::integer)`
    const expired = rows.flatMap(({ orderId }) => (orderId === null ? [] : [ReservationExpired({ orderId })]))
    const changes = rows.filter((row) => row.orderId === null)
    send(...expired, ...crossingsOf(changes, settings.lowStock))
    return expired.length
  })
}
