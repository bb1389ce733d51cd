// POST /internal/reservations/:orderId/release. Gives reserved stock back; what is sold stays sold. When it overtakes its
// reservation it leaves a mark, and the late reservation is refused.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { changesOf, isHolding, lockHeld, writeFates } from '../settle/settlement.ts'
import { crossingsOf } from '../stock/threshold-events.ts'

export const release = handle(
  inventoryApi.routes.release,
  async ({ params: { orderId } }, { transaction, settings }: InventoryContext) => {
    await transaction(async ({ sql, send, withCommit }) => {
      await sql`insert into reservation (order_id, status) values (${orderId}, 'released') on conflict (order_id) do nothing`
      const locked = await lockHeld(sql, [orderId], true)
      const fates = locked.held
        .filter(({ status }) => isHolding(status))
        .map((held) => ({ ...held, status: 'released' as const, moves: ['released' as const] }))
      if (fates.length > 0) withCommit(writeFates(sql, fates))
      send(...crossingsOf(changesOf(fates, locked), settings.lowStock))
    })
    return undefined
  },
)
