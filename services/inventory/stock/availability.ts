// GET /v1/availability and /internal/stock-levels. What can be bought now, over all locations, in the order of the query. The public
// is told a number only when it is low: the exact stock would tell competitors what the shop sells.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle } from '@souk/service'
import type { InventoryContext } from '../context.ts'

const { availability: availabilityRoute, stockLevels: levelsRoute } = inventoryApi.routes

export const availability = handle(
  availabilityRoute,
  async ({ query }, { sql, settings: { lowStock } }: InventoryContext) => {
    const rows = await sql<{ sku: string; available: number; isForSale: boolean }>`
      select queried.sku, coalesce(sum(s.on_hand - s.reserved), 0)::bigint as available,
        coalesce(f.is_for_sale, not (select is_done from catalog_fill)) as is_for_sale
      from unnest(${query.sku}::text[]) with ordinality as queried (sku, place)
      left join for_sale f on f.sku = queried.sku
      left join stock s on s.sku = queried.sku
      group by queried.place, queried.sku, f.is_for_sale
      order by queried.place`
    return { items: rows.map(({ sku, available, isForSale }) => shown(sku, isForSale ? available : 0, lowStock)) }
  },
)

export const stockLevels = handle(levelsRoute, async ({ query }, { sql }: InventoryContext) => {
  const items = await sql<{ sku: string; available: number }>`
    select queried.sku, coalesce(sum(s.on_hand - s.reserved), 0)::bigint as available
    from unnest(${query.sku}::text[]) with ordinality as queried (sku, place)
    left join stock s on s.sku = queried.sku
    group by queried.place, queried.sku
    order by queried.place`
  return { items }
})

function shown(sku: string, available: number, lowStock: number) {
  if (available <= 0) return { sku, available: 0, status: 'out-of-stock' as const }
  return available <= lowStock ? { sku, available, status: 'low' as const } : { sku, status: 'in-stock' as const }
}
