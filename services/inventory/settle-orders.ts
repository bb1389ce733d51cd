// What happens to reserved stock when an order is placed, canceled or waits for the customer. Orders of one batch of
// messages are settled together, in one statement just before the commit.
import type { MessageOf } from '@souk/contracts'
import { HoldStock } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced } from '@souk/contracts/orders'
import { on, type Transaction } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'
import { demandOf } from './reservation.ts'

type Placed = MessageOf<typeof OrderPlaced>['data']

interface Settlement {
  placed?: Placed
  canceled?: string
  lowStock: number
}

/** An order is placed: its stock is sold. */
export const sellPlaced = on([OrderPlaced], async (placed, { gather }, { settings }: InventoryContext) => {
  gather(settleOrders, { placed, lowStock: settings.lowStock })
})

/** An order is canceled: what it holds is given back, and what was sold comes back. */
export const undoCanceled = on([OrderCanceled], async ({ orderId }, { gather }, { settings }: InventoryContext) => {
  gather(settleOrders, { canceled: orderId, lowStock: settings.lowStock })
})

/** The customer must act first, so the reservation may expire again. Late, after a sale or a release, it is ignored. */
export const holdStock = on([HoldStock], async ({ orderId, until }, { sql }, _context: InventoryContext) => {
  await sql`
    update reservation
    set status = 'active', expires_at = ${until}
    where order_id = ${orderId} and status = 'pinned'`
})

async function settleOrders(items: readonly Settlement[], { sql, send }: Pick<Transaction, 'sql' | 'send'>) {
  const placed = items.flatMap((item) => item.placed ?? [])
  const canceled = items.flatMap((item) => item.canceled ?? [])
  const lowStock = items[0]?.lowStock ?? 0
  const rows = await sql<Change & { orderId: string | null }>`
    select order_id, sku, before, after
    from settle_orders(${placed.map((order) => order.orderId)}::uuid[], ${canceled}::uuid[])`
  const changes: Change[] = rows.filter((row) => row.orderId === null)
  const unreserved = placed.find((order) => rows.some((row) => row.orderId === order.orderId.toLowerCase()))
  if (unreserved) {
    // Its stock is locked after that of the others, out of the order of locks. Thrown, each message is tried by itself.
    if (items.length > 1) throw new Error(`Order ${unreserved.orderId} holds no stock and must be settled alone.`)
    changes.push(...(await sellUnreserved(unreserved, sql)))
  }
  send(...crossingsOf(changes, lowStock))
}

/** Money moved for stock that is not reserved any more. It is sold if it is there; else a person must see it. */
async function sellUnreserved(order: Placed, sql: Transaction['sql']): Promise<Change[]> {
  const demand = demandOf(order.lines)
  const taken = await sql<Change & { quantity: number }>`
    select sku, quantity, before, after
    from sell_unreserved(${order.orderId}::uuid, ${demand.skus}::text[], ${demand.quantities}::bigint[])`
  demand.skus.forEach((sku, index) => {
    const found = taken.reduce((sum, row) => sum + (row.sku === sku ? row.quantity : 0), 0)
    const wanted = demand.quantities[index] ?? 0
    if (found < wanted) {
      throw new Error(`Order ${order.orderId} is paid, holds no stock, and of ${sku} there are ${found} of ${wanted}.`)
    }
  })
  return taken
}
