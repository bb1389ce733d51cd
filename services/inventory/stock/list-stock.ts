// GET /v1/stock. Lists the stock for staff, by SKU and location.
import { inventoryApi } from '@souk/contracts/inventory'
import { join } from '@souk/postgres'
import { handle, pageOf, readCursor } from '@souk/service'
import type { InventoryContext } from '../context.ts'

const route = inventoryApi.routes.listStock

interface StockRow {
  sku: string
  location: string
  onHand: number
  reserved: number
  available: number
  updatedAt: string
}

export const listStock = handle(route, async ({ query }, { sql }: InventoryContext) => {
  const { limit = 20, sku, location, below } = query
  const after = readCursor(route, query.cursor, 2)
  const conditions = [
    sql`true`,
    ...(after ? [sql`(sku, location) > (${String(after[0])}, ${String(after[1])})`] : []),
    ...(sku === undefined ? [] : [sql`sku = ${sku}`]),
    ...(location === undefined ? [] : [sql`location = ${location}`]),
    ...(below === undefined ? [] : [sql`on_hand - reserved < ${below}::bigint`]),
  ]
  const rows = await sql<StockRow>`
    select sku, location, on_hand, reserved, on_hand - reserved as available, updated_at
    from stock
    where ${join(conditions, ' and ')}
    order by sku, location
    limit ${limit + 1}`
  return pageOf(rows, limit, (row) => [row.sku, row.location])
})
