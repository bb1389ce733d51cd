// POST /internal/reservations/:orderId/release. Gives reserved stock back; sold stock stays sold. A release that arrives before
// its reservation stores a released reservation without lines, and the late reservation is refused.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { endReservations } from '../settle/end-reservations.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'

export const release = handle(
  inventoryApi.routes.release,
  async ({ params: { orderId } }, { transaction, settings }: InventoryContext) => {
    await transaction(async ({ sql, send, withCommit }) => {
      await sql`insert into reservation (order_id, status) values (${orderId}, 'released') on conflict (order_id) do nothing`
      const changes = await endReservations([orderId], 'released', { sql, withCommit })
      send(...thresholdEvents(changes, settings.lowStock))
    })
    return undefined
  },
)
