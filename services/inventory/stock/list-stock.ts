// GET /v1/stock and GET /v1/stock/:sku/movements: what staff sees of stock, and why it is so.
import { inventoryApi } from '@souk/contracts/inventory'
import { join } from '@souk/postgres'
import { handle, pageOf, readCursor, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'

const { listStock: stockRoute, listMovements: movementsRoute } = inventoryApi.routes

interface StockRow {
  sku: string
  location: string
  onHand: number
  reserved: number
  available: number
  updatedAt: string
}

export const listStock = handle(stockRoute, async ({ query }, { sql }: InventoryContext) => {
  const { limit = 20, sku, location, below } = query
  const after = readCursor(stockRoute, query.cursor, 2)
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

interface MovementRow {
  id: string
  sku: string
  location: string
  kind: string
  onHandChange: number
  reservedChange: number
  reason: string
  reference: string | null
  at: string
  by: string | null
}
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const listMovements = handle(movementsRoute, async ({ params, query }, { sql }: InventoryContext) => {
  const { limit = 20 } = query
  const [before = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = readCursor(movementsRoute, query.cursor, 1) ?? []
  if (!uuid.test(String(before))) refuse(movementsRoute, 'invalid-cursor', 'This cursor is not one of ours.')
  const rows = await sql<MovementRow>`
    select id, sku, location, kind, on_hand_change, reserved_change, reason, reference, at, by
    from stock_movement
    where sku = ${params.sku} and id < ${before}::uuid
    order by id desc
    limit ${limit + 1}`
  const page = pageOf(rows, limit, (row) => [row.id])
  return {
    ...page,
    items: page.items.map((row) => ({ ...row, reference: row.reference ?? undefined, by: row.by ?? undefined })),
  }
})
