// Brings an order one step forward: asks the saga's table, and stores what it says, all of it or nothing.
import type { Metrics, Transaction } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { countStep } from '../metrics.ts'
import type { Order } from '../order/order.ts'
import { findOrder } from '../order/orders-table.ts'
import { nextStep, type Signal } from './checkout-saga.ts'
import { storeStep, storeStepOfLocked } from './store-step.ts'

const mostTries = 10

/**
 * Outside a transaction: the step takes effect only on the version that was read. When somebody else has changed the order,
 * it is read again and the step decided again. That is as safe as deciding under a row lock, and saves its round trips.
 */
export async function advanceOrder(order: Order, signal: Signal, context: OrdersContext): Promise<Order> {
  let current = order
  for (let tries = 0; tries < mostTries; tries++) {
    const at = context.now().toISOString()
    const step = nextStep(current, signal, at)
    if (!step) return current
    const advanced = await storeStep(step, at, context)
    if (advanced) {
      countStep(current, step, at, context.metrics)
      return advanced
    }
    const changed = await findOrder(context.sql, order.id, context.settings.accessKeySecret)
    if (!changed) throw new Error(`Order ${order.id} has vanished.`)
    current = changed
  }
  throw new Error(`Order ${order.id} changes too often.`)
}

/** Inside a transaction that has locked the order. Returns undefined when the saga has nothing to do. */
export async function advanceLocked(
  order: Order,
  signal: Signal,
  transaction: Transaction,
  { at, metrics }: { at: string; metrics: Metrics },
): Promise<Order | undefined> {
  const step = nextStep(order, signal, at)
  if (!step) return undefined
  transaction.afterCommit(() => countStep(order, step, at, metrics))
  return storeStepOfLocked(step, at, transaction)
}
