// GET /v1/stock/:sku/movements. Lists why the stock of a SKU changed, for staff, newest first.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle, pageOf, readCursor, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'

const route = inventoryApi.routes.listMovements

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
const largestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export const listMovements = handle(route, async ({ params, query }, { sql }: InventoryContext) => {
  const { limit = 20 } = query
  const [before = largestId] = readCursor(route, query.cursor, 1) ?? []
  if (!uuid.test(String(before))) refuse(route, 'invalid-cursor', 'This cursor is not one of ours.')
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
