// Brings an order one step forward: asks the saga's table and stores what it says, all of it or nothing.

import type { Trace } from '@souk/messaging'
import { batched, oneStatement } from '@souk/postgres'
import type { Transaction } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'
import { afterStep, type DecidedStep, findOrder, storeSteps } from '../order/orders-table.ts'
import { nextStep, type Signal } from './checkout-saga.ts'

const mostTries = 10

/** Says whether the order was still as the step had found it, and is now as the step wants it. */
const storeStep = batched<DecidedStep & { trace: Trace }, { id: string }, OrdersContext>({
  key: ({ before }) => before.id,
  keyOf: (stored) => stored.id,
  write(decided, { sql, commit }) {
    const { update, also } = storeSteps(sql, decided)
    const sendFor = decided.map(({ before, step, trace }) => ({ id: before.id, messages: step.send, trace }))
    return commit(update, { also, sendFor })
  },
})

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
    if (await storeStep({ before: current, step, at, trace: context.trace }, context)) return afterStep(step, at)
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
  const { update, also } = storeSteps(sql, [{ before: order, step, at }])
  await oneStatement(sql, update, { also })
  send(...step.send)
  return afterStep(step, at)
}
