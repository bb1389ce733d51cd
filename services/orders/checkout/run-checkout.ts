// Runs an open checkout as far as it goes now: reserves the stock, takes the money, and cancels when either is refused. The
// request that checks out and the resumer do the same steps, and each step finds what an earlier try has done. A refusal is
// compensated at once. An unknown outcome is never compensated: the order stays as it is until the outcome is known.
import { setTimeout } from 'node:timers/promises'
import { crashpoint } from '@souk/postgres'
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'
import { resumeAt } from '../order/orders-table.ts'
import { advanceOrder } from './advance-order.ts'
import {
  capturePayment,
  holdStock,
  isUnknownOutcome,
  pinStock,
  type ReservationStatus,
  releaseStock,
  reserveStock,
  takePayment,
} from './checkout-calls.ts'
import type { Signal } from './checkout-saga.ts'

/** Returns the order as it is then. In this process a checkout runs once at a time; further callers get the same outcome. */
export function runCheckout(order: Order, context: OrdersContext): Promise<Order> {
  const { runningCheckouts } = context.resources
  const running = runningCheckouts.get(order.id)
  if (running) return running
  const started = run(order, context).finally(() => runningCheckouts.delete(order.id))
  runningCheckouts.set(order.id, started)
  return started
}

/** After an unknown outcome the call is repeated once: a busy service often answers a moment later. */
const retryMs = { least: 250, spread: 250 }

async function run(order: Order, context: OrdersContext): Promise<Order> {
  let current = order
  let mayRetry = true
  for (;;) {
    const signal = await nextSignal(current, context)
    if (signal === 'unknown' && mayRetry) {
      mayRetry = false
      await setTimeout(retryMs.least + Math.random() * retryMs.spread)
      continue
    }
    if (!signal || signal === 'unknown') {
      if (current.status === 'checking-out') await holdWhileUnknown(current, context)
      return current
    }
    crashpoint(`orders.before-${signal.type === 'payment-captured' ? 'paid' : signal.type}`)
    const advanced = await advanceOrder(current, signal, context)
    if (advanced.status === 'paid') {
      crashpoint('orders.paid')
      context.resources.paidOrders.set(advanced.id, true)
    }
    if (advanced.status === 'canceled' && current.status !== 'canceled') await releaseStock(advanced, context)
    if (advanced.version === current.version) return advanced
    current = advanced
  }
}

/** What inventory and payments answer; undefined when there is nothing to do but wait. */
async function nextSignal(order: Order, context: OrdersContext): Promise<Signal | 'unknown' | undefined> {
  try {
    if (order.status === 'checking-out') {
      const reserved = await reserveStock(order, context)
      return typeof reserved === 'string' ? await takeMoney(order, reserved, context) : reserved
    }
    if (order.status === 'capturing')
      return (await pinStock(order, context)) ?? withStock(await capturePayment(order, context))
    return undefined
  } catch (error) {
    if (!isUnknownOutcome(error)) throw error
    context.log.warn({ orderId: order.id, status: order.status, error: String(error) }, 'The outcome is not known yet.')
    return 'unknown'
  }
}

/**
 * Takes the money for reserved stock. Only pinned stock is certain to be there when the money has come; stock that was held unpaid
 * is pinned afterwards. When the customer must act, the stock is held unpaid from here on, which has its bounds.
 */
async function takeMoney(
  order: Order,
  reserved: ReservationStatus,
  context: OrdersContext,
): Promise<Signal | undefined> {
  const signal = await takePayment(order, context)
  if (signal?.type === 'action-required') return (await holdStock(order, context)) ?? signal
  // The resumer may work on an order from then on, in another process, and may have held its stock unpaid meanwhile.
  const isAlone = context.now().toISOString() < resumeAt(order.updatedAt)
  return (reserved === 'pinned' && isAlone) || reserved === 'committed' ? withStock(signal) : signal
}

function withStock(signal: Signal | undefined): Signal | undefined {
  return signal?.type === 'payment-captured' ? { ...signal, isStockPinned: true } : signal
}

/** While nobody knows whether the bank agrees, the stock is held unpaid, too. What cannot be held now is tried again later. */
async function holdWhileUnknown(order: Order, context: OrdersContext): Promise<void> {
  await holdStock(order, context).catch((error) =>
    context.log.warn({ orderId: order.id, error: String(error) }, 'Stock of an unpaid order stays reserved for now.'),
  )
}
