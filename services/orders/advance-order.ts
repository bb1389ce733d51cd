// Brings an order one step forward: asks the saga's table and stores what it says, all of it or nothing.
import { type Transaction, Verbatim } from '@souk/service'
import { nextStep, type Signal } from './checkout-saga.ts'
import type { OrdersContext } from './context.ts'
import type { Order } from './order.ts'
import { afterStep, findOrder, storeStep } from './orders-table.ts'

const mostTries = 10

/**
 * Outside a transaction: one statement that takes effect only on the version that was read. Who loses a race reads again
 * and decides again; that is as safe as deciding under the row's lock, and saves its round trips.
 */
export async function advanceOrder(order: Order, signal: Signal, context: OrdersContext): Promise<Order> {
  let current = order
  for (let tries = 0; tries < mostTries; tries++) {
    const at = context.now().toISOString()
    const step = nextStep(current, signal, at)
    if (!step) return current
    const { update, also } = storeStep(context.sql, current, step, at)
    const stored = await context.commit(update, { also, send: step.send })
    if (stored.length > 0) return afterStep(step, at)
    const again = await findOrder(context.sql, order.id, context.shared.sharedSecret)
    if (!again) throw new Error(`Order ${order.id} has vanished.`)
    current = again
  }
  throw new Error(`Order ${order.id} changes too often.`)
}

/** Inside a transaction that has locked the order. Returns undefined when the saga has nothing to do. */
export async function advanceLocked(
  order: Order,
  signal: Signal,
  { sql, send }: Pick<Transaction, 'sql' | 'send'>,
  at: string,
): Promise<Order | undefined> {
  const step = nextStep(order, signal, at)
  if (!step) return undefined
  const { update, also } = storeStep(sql, order, step, at)
  let whole = sql`with changed as (${update})`
  for (const [index, statement] of also.entries())
    whole = sql`${whole}, ${new Verbatim(`also_${index}`)} as (${statement})`
  await sql`${whole} select id from changed`
  send(...step.send)
  return afterStep(step, at)
}
