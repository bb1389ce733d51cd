// What happens to reserved stock when an order is placed, canceled or waits for the customer. Orders of one batch of
// messages are settled together, just before the commit.
import type { MessageOf } from '@souk/contracts'
import { HoldStock } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced } from '@souk/contracts/orders'
import { on, type Sql, type Transaction } from '@souk/service'
import type { InventoryContext } from './context.ts'
import { type Change, crossingsOf } from './crossings.ts'
import { cancel, changesOf, type Held, lockHeld, sell, sellAllHeld, writeFates } from './fates.ts'
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

async function settleOrders(
  items: readonly Settlement[],
  { sql, send, withCommit }: Pick<Transaction, 'sql' | 'send' | 'withCommit'>,
): Promise<void> {
  const placed = new Map(items.flatMap(({ placed }) => (placed ? [[placed.orderId.toLowerCase(), placed]] : [])))
  const canceled = new Set(items.flatMap((item) => item.canceled?.toLowerCase() ?? []))
  const lowStock = items[0]?.lowStock ?? 0
  if (canceled.size > 0) await markCanceled([...canceled], sql)
  else if (await sellAllHeld(sql, [...placed.keys()])) return
  const locked = await lockHeld(sql, [...new Set([...placed.keys(), ...canceled])], canceled.size > 0)
  const held = new Map(locked.held.map((one) => [one.orderId, one]))

  const fates = locked.held.flatMap((one) => {
    const sold = placed.has(one.orderId) ? sell(one) : undefined
    const undone = canceled.has(one.orderId) ? cancel(sold ?? one) : undefined
    if (sold && undone) return { ...undone, moves: [...sold.moves, ...undone.moves] }
    return undone ?? sold ?? []
  })
  if (fates.length > 0) withCommit(writeFates(sql, fates))
  const changes = changesOf(fates, locked)

  const unreserved = [...placed.values()].find(({ orderId }) => isUnreserved(held.get(orderId.toLowerCase())))
  if (unreserved) {
    // Its stock is locked after that of the others, out of the order of locks. Thrown, each message is tried by itself.
    if (items.length > 1) throw new Error(`Order ${unreserved.orderId} holds no stock and must be settled alone.`)
    changes.push(...(await sellUnreserved(unreserved, sql)))
  }
  send(...crossingsOf(changes, lowStock))
}

/** A cancellation that overtakes its reservation leaves a mark, and the late reservation finds it. */
async function markCanceled(orderIds: readonly string[], sql: Sql): Promise<void> {
  await sql`
    insert into reservation (order_id, status, canceled_at)
    select id, 'released', clock_timestamp() from unnest(${orderIds}::uuid[]) as id
    order by id
    on conflict (order_id) do nothing`
}

function isUnreserved(held: Held | undefined): boolean {
  if (!held) return true
  return (held.status === 'released' || held.status === 'expired') && !held.isCanceled
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
