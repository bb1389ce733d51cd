// GET /v1/availability. What can be bought now, over all locations, in the order of the query.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle } from '@souk/service'
import type { InventoryContext } from '../context.ts'

export const availability = handle(
  inventoryApi.routes.availability,
  async ({ query }, { sql, settings }: InventoryContext) => {
    const rows = await sql<{ sku: string; available: number }>`
      select queried.sku, coalesce(sum(s.on_hand - s.reserved), 0)::bigint as available
      from unnest(${query.sku}::text[]) with ordinality as queried (sku, place)
      left join stock s on s.sku = queried.sku
      group by queried.place, queried.sku
      order by queried.place`
    return {
      items: rows.map(({ sku, available }) => ({ sku, available, status: statusOf(available, settings.lowStock) })),
    }
  },
)

function statusOf(available: number, lowStock: number): 'in-stock' | 'low' | 'out-of-stock' {
  if (available <= 0) return 'out-of-stock'
  return available <= lowStock ? 'low' : 'in-stock'
}
