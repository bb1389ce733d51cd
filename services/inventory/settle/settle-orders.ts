// What happens to reserved stock when an order is placed, refunded, canceled or waits for the customer. Orders of one batch of
// messages are settled together, just before the commit.
import type { MessageOf } from '@souk/contracts'
import { HoldStock } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced, OrderRefunded } from '@souk/contracts/orders'
import { Unprocessable } from '@souk/messaging'
import type { Sql } from '@souk/postgres'
import { on, type Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { demandOf } from '../reserve/reservation.ts'
import { type Change, crossingsOf } from '../stock/threshold-events.ts'
import { type Refunded, returnRefunded } from './return-refunded.ts'
import {
  type Back,
  cancel,
  changesOf,
  type Held,
  isHolding,
  type Locked,
  lockHeld,
  sell,
  sellAllHeld,
  writeFates,
} from './settlement.ts'

type Placed = MessageOf<typeof OrderPlaced>['data']

interface Settlement {
  placed?: Placed
  refunded?: Refunded
  canceled?: string
  lowStock: number
}

/** An order is placed: its stock is sold. */
export const sellPlaced = on([OrderPlaced], async (placed, { beforeCommit }, { settings }: InventoryContext) => {
  beforeCommit(settleOrders, { placed, lowStock: settings.lowStock })
})

/** Money went back for units that had not been sent: they come back. */
export const returnUnsent = on([OrderRefunded], async (refunded, { beforeCommit }, { settings }: InventoryContext) => {
  if (refunded.unsent?.length) beforeCommit(settleOrders, { refunded, lowStock: settings.lowStock })
})

/** An order is canceled: what it holds is given back, and what was sold comes back. */
export const undoCanceled = on(
  [OrderCanceled],
  async ({ orderId }, { beforeCommit }, { settings }: InventoryContext) => {
    beforeCommit(settleOrders, { canceled: orderId, lowStock: settings.lowStock })
  },
)

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
  const refunded = items.flatMap((item) => item.refunded ?? [])
  const canceled = new Set(items.flatMap((item) => item.canceled?.toLowerCase() ?? []))
  const givesBack = refunded.length > 0 || canceled.size > 0
  const lowStock = items[0]?.lowStock ?? 0
  if (!givesBack && (await sellAllHeld(sql, [...placed.keys()]))) return
  const orderIds = [...placed.keys(), ...refunded.map(({ orderId }) => orderId.toLowerCase()), ...canceled]
  const locked = await lockOrMark([...new Set(orderIds)], [...canceled], givesBack, sql)
  const held = new Map(locked.held.map((one) => [one.orderId, one]))

  const fates = locked.held.flatMap((one) => {
    const sold = placed.has(one.orderId) ? sell(one) : undefined
    const undone = canceled.has(one.orderId) ? cancel(sold ?? one) : undefined
    if (sold && undone) return { ...undone, moves: [...sold.moves, ...undone.moves] }
    return undone ?? sold ?? []
  })
  // Before the fates are written: a cancellation returns the rest.
  const returned: Back[] = []
  for (const one of refunded) {
    const orderId = one.orderId.toLowerCase()
    if (isSold(one, held.get(orderId), placed.has(orderId))) returned.push(...(await returnRefunded(one, sql)))
  }
  if (fates.length > 0) withCommit(writeFates(sql, fates))
  const changes = changesOf(fates, locked, returned)

  const unreserved = [...placed.values()].find(({ orderId }) => isUnreserved(held.get(orderId.toLowerCase())))
  if (unreserved) {
    // Its stock is locked after that of the others, out of the order of locks. Thrown, each message is tried by itself.
    if (items.length > 1) throw new Error(`Order ${unreserved.orderId} holds no stock and must be settled alone.`)
    changes.push(...(await sellUnreserved(unreserved, sql)))
  }
  send(...crossingsOf(changes, lowStock))
}

/**
 * A cancellation that overtakes its reservation leaves a mark, and the late reservation finds it. Marks come last: whoever reserves
 * where there is plenty holds the stock while it waits for one.
 */
async function lockOrMark(
  orderIds: readonly string[],
  canceled: readonly string[],
  givesBack: boolean,
  sql: Sql,
): Promise<Locked> {
  const locked = await lockHeld(sql, orderIds, givesBack)
  const missing = canceled.filter((orderId) => !locked.held.some((one) => one.orderId === orderId))
  if (missing.length === 0) return locked
  const marks = await sql<Held>`
    insert into reservation (order_id, status, canceled_at)
    select id, 'released', clock_timestamp() from unnest(${missing}::uuid[]) as id
    order by id
    on conflict (order_id) do nothing
    returning order_id, status, true as is_canceled`
  if (marks.length === missing.length) return { ...locked, held: [...locked.held, ...marks] }
  // Reserved this very moment. Its stock is to be locked, and in its turn.
  if (orderIds.length > 1)
    throw new Error('One of these orders was reserved just now: they must be settled one by one.')
  return lockHeld(sql, orderIds, givesBack)
}

/** A canceled order has given all of it back. An order that was not even sold is one for which a person has been called. */
function isSold({ orderId }: Refunded, held: Held | undefined, isPlaced: boolean): boolean {
  if (held?.isCanceled) return false
  if (held?.status === 'committed' || (held && isPlaced && isHolding(held.status))) return true
  throw new Unprocessable(`Order ${orderId} is refunded units that were never sold: settle its sale first.`)
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
