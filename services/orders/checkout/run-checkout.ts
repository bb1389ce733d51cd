// Brings an open checkout as far as it goes now: reserve the stock, take the money, say how it ended. The request that
// checks out and the resumer use the same steps, and every step finds what an earlier try has done. Refused is compensated
// at once; unknown is never compensated: the order stays as it is until somebody knows.
import { setTimeout } from 'node:timers/promises'
import { ProblemError } from '@souk/contracts'
import type { Payment } from '@souk/contracts/payments'
import { crashpoint } from '@souk/postgres'
import { Refusal } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'
import { advanceOrder } from './advance-order.ts'
import type { Signal } from './checkout-saga.ts'

/** In this process an order is driven once at a time; who comes second waits for the same outcome. */
export function runCheckout(order: Order, context: OrdersContext): Promise<Order> {
  const { driving } = context.resources
  const already = driving.get(order.id)
  if (already) return already
  const driven = drive(order, context).finally(() => driving.delete(order.id))
  driving.set(order.id, driven)
  return driven
}

/** A neighbor that was only busy has the answer a moment later, so an unknown outcome is asked for once more. */
const askAgainMs = { least: 250, spread: 250 }

async function drive(order: Order, context: OrdersContext): Promise<Order> {
  let current = order
  let mayAskAgain = true
  for (;;) {
    const signal = await nextSignal(current, context)
    if (signal === 'unknown' && mayAskAgain) {
      mayAskAgain = false
      await setTimeout(askAgainMs.least + Math.random() * askAgainMs.spread)
      continue
    }
    if (!signal || signal === 'unknown') return current
    crashpoint(`orders.before-${signal.type === 'payment-captured' ? 'paid' : signal.type}`)
    const advanced = await advanceOrder(current, signal, context)
    if (advanced.status === 'paid') {
      crashpoint('orders.paid')
      rememberPlaced(advanced.id, context)
    }
    context.metrics.count('souk_checkout_steps_total', { status: advanced.status })
    if (advanced.status === 'canceled' && current.status !== 'canceled') await releaseStock(advanced, context)
    if (advanced.version === current.version) return advanced
    current = advanced
  }
}

const mostRemembered = 5_000
function rememberPlaced(orderId: string, { resources: { placed } }: OrdersContext): void {
  if (placed.size >= mostRemembered) placed.clear()
  placed.add(orderId)
}

/** What inventory and payments say; undefined when there is nothing to do but wait. */
async function nextSignal(order: Order, context: OrdersContext): Promise<Signal | 'unknown' | undefined> {
  try {
    if (order.status === 'checking-out') return (await reserve(order, context)) ?? (await pay(order, context))
    if (order.status === 'capturing') return (await pin(order, context)) ?? (await capture(order, context))
    return undefined
  } catch (error) {
    if (!isUnknown(codeOf(error))) throw error
    context.log.warn({ orderId: order.id, status: order.status, error: String(error) }, 'The outcome is not known yet.')
    return 'unknown'
  }
}

async function reserve(order: Order, { clients }: OrdersContext): Promise<Signal | undefined> {
  try {
    await clients.inventory.reserve({
      params: { orderId: order.id },
      body: {
        lines: order.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        pinned: true,
        holder: order.customerId ?? order.email,
      },
    })
    crashpoint('orders.stock-reserved')
    return undefined
  } catch (error) {
    return stockRefused(error)
  }
}

async function pin(order: Order, { clients }: OrdersContext): Promise<Signal | undefined> {
  try {
    await clients.inventory.pin({ params: { orderId: order.id } })
    return undefined
  } catch (error) {
    return stockRefused(error)
  }
}

function stockRefused(error: unknown): Signal {
  const problem = error instanceof ProblemError ? error.problem : undefined
  const code = problem?.code
  if (code === 'out-of-stock') {
    const detail = { message: problem?.detail ?? 'Some of it is out of stock.', code, missing: problem?.missing }
    return { type: 'stock-refused', reason: code, detail }
  }
  if (code === 'too-many-reservations') {
    return {
      type: 'stock-refused',
      reason: code,
      detail: { message: problem?.detail ?? 'Too many open orders.', code },
    }
  }
  if (code === 'reservation-over') {
    return { type: 'reservation-lost' }
  }
  throw error
}

async function pay(order: Order, context: OrdersContext): Promise<Signal | undefined> {
  const { payments } = context.clients
  const params = { orderId: order.id }
  if (!order.paymentChoice) throw new Error(`Order ${order.id} has no payment to take.`)
  try {
    const payment = await payments.pay({
      params,
      body: {
        amount: order.totals.total,
        payment: order.paymentChoice,
        returnUrl: order.returnUrl,
        email: order.email,
      },
    })
    crashpoint('orders.payment-answered')
    if (payment.status !== 'processing' || !isOld(order, context)) return signalOf(payment, context)
    context.log.warn({ orderId: order.id, placedAt: order.placedAt }, 'A payment has been unclear for long.')
    return signalOf(await payments.refresh({ params }), context)
  } catch (error) {
    if (codeOf(error) !== 'provider-unknown') throw error
    const message = error instanceof Error ? error.message : 'There is no such way to pay.'
    return { type: 'payment-declined', detail: { message, code: 'provider-unknown' } }
  }
}

async function capture(order: Order, context: OrdersContext): Promise<Signal | undefined> {
  const { payments } = context.clients
  try {
    return signalOf(await payments.capture({ params: { orderId: order.id } }), context)
  } catch (error) {
    // The approval that we heard of is not in payments' books (any more): they ask the provider, and we ask again later.
    if (codeOf(error) !== 'not-authorized-yet') throw error
    return signalOf(await payments.refresh({ params: { orderId: order.id } }), context)
  }
}

/** How a payment stands, as a signal for the saga; undefined while it is not known. */
function signalOf(payment: Payment, { now, settings }: OrdersContext): Signal | undefined {
  switch (payment.status) {
    case 'processing':
      return undefined
    case 'action-required': {
      const deadlineAt = new Date(now().getTime() + settings.checkoutMinutes * 60_000).toISOString()
      return payment.nextAction && { type: 'action-required', nextAction: payment.nextAction, deadlineAt }
    }
    case 'authorized':
      return { type: 'payment-authorized' }
    case 'captured':
    case 'partially-refunded':
      return { type: 'payment-captured' }
    case 'declined':
    case 'voided':
    case 'refunded':
      return {
        type: 'payment-declined',
        detail: { message: payment.decline?.message ?? 'The payment was declined.', code: payment.decline?.code },
      }
  }
}

/** The event of the cancellation releases it too, a moment later; this way an order that is tried again at once finds it. */
async function releaseStock(order: Order, { clients, log }: OrdersContext): Promise<void> {
  if (order.cancelReason === 'out-of-stock') return
  await clients.inventory
    .release({ params: { orderId: order.id } })
    .catch((error) => log.warn({ orderId: order.id, error: String(error) }, 'Stock is released by the event alone.'))
}

function isOld(order: Order, { now, settings }: OrdersContext): boolean {
  return now().getTime() - Date.parse(order.placedAt) > settings.checkoutMinutes * 60_000
}

/** Answers after which nobody can say what happened. */
const unknownCodes = [
  'unavailable',
  'deadline-exceeded',
  'timed-out',
  'bad-gateway',
  'internal-error',
  'too-many-requests',
]
function isUnknown(code: string | undefined): boolean {
  return code !== undefined && unknownCodes.includes(code)
}
function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError || error instanceof Refusal ? error.code : undefined
}
