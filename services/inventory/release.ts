// POST /internal/reservations/:orderId/release. Gives reserved stock back; what is sold stays sold. When it overtakes its
// reservation it leaves a mark, and the late reservation is refused.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'

export const release = handle(
  inventoryApi.routes.release,
  async ({ params }, { transaction, settings }: InventoryContext) => {
    await transaction(async ({ sql, send }) => {
      const changes = await sql<Change>`select sku, before, after from release_stock(${params.orderId}::uuid)`
      send(...crossingsOf(changes, settings.lowStock))
    })
    return undefined
  },
)
