// What a checkout asks inventory and payments for, and what their answers mean for the saga. Every request may be repeated:
// both services know the order's id and answer as before. Throws when the outcome is unknown (isUnknownOutcome).
import { ProblemError } from '@souk/contracts'
import type { Reservation } from '@souk/contracts/inventory'
import type { Payment } from '@souk/contracts/payments'
import { crashpoint } from '@souk/postgres'
import { Refusal } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'
import type { Signal } from './checkout-saga.ts'
import { unpaidHold } from './unpaid-hold.ts'

export type ReservationStatus = Reservation['status']

/** The status of the reservation, or why there is none. */
export async function reserveStock(order: Order, { clients }: OrdersContext): Promise<Signal | ReservationStatus> {
  try {
    const { status } = await clients.inventory.reserve({
      params: { orderId: order.id },
      body: {
        lines: order.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        pinned: true,
      },
    })
    crashpoint('orders.stock-reserved')
    return status
  } catch (error) {
    return stockRefused(error)
  }
}

/**
 * The payment is not agreed yet. Inventory holds the stock within its bounds, else it gives the stock back until the bank has
 * agreed. Undefined in both cases.
 */
export async function holdStock(order: Order, context: OrdersContext): Promise<Signal | undefined> {
  try {
    await context.clients.inventory.hold({ params: { orderId: order.id }, body: unpaidHold(order, context) })
    crashpoint('orders.stock-held')
    return undefined
  } catch (error) {
    return stockRefused(error)
  }
}

/**
 * Pins the reservation: no timer ends it while the money is captured. Stock that was given back meanwhile is reserved again, and so is
 * stock whose reservation inventory has never made: after a restore, money may be there before it. Undefined when it is pinned.
 */
export async function pinStock(order: Order, context: OrdersContext): Promise<Signal | undefined> {
  try {
    await context.clients.inventory.pin({ params: { orderId: order.id } })
    return undefined
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'not-found')) return stockRefused(error)
    const reserved = await reserveStock(order, context)
    return typeof reserved === 'string' ? undefined : reserved
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

/** Undefined while the outcome of the payment is not known. */
export async function takePayment(order: Order, context: OrdersContext): Promise<Signal | undefined> {
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
    context.log.warn(
      { orderId: order.id, placedAt: order.placedAt },
      'The outcome of a payment has been unknown for long. Payments asks the provider.',
    )
    return signalOf(await payments.refresh({ params }), context)
  } catch (error) {
    if (codeOf(error) !== 'provider-unknown') throw error
    const message = error instanceof Error ? error.message : 'There is no such way to pay.'
    return { type: 'payment-declined', detail: { message, code: 'provider-unknown' } }
  }
}

/** Undefined while the outcome of the capture is not known. */
export async function capturePayment(order: Order, context: OrdersContext): Promise<Signal | undefined> {
  const { payments } = context.clients
  try {
    return signalOf(await payments.capture({ params: { orderId: order.id } }), context)
  } catch (error) {
    // Payments does not know of the approval, or not any more. It asks the provider now, and the resumer repeats the capture.
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

/**
 * Releases the stock at once. The cancellation message would do so a moment later, too late for a customer who tries again
 * immediately.
 */
export async function releaseStock(order: Order, { clients, log }: OrdersContext): Promise<void> {
  if (order.cancelReason === 'out-of-stock') return
  await clients.inventory
    .release({ params: { orderId: order.id } })
    .catch((error) =>
      log.warn(
        { orderId: order.id, error: String(error) },
        'The stock could not be released at once. The event of the cancellation releases it.',
      ),
    )
}

/** Its payment should have ended by now. */
function isOld(order: Order, { now, settings }: OrdersContext): boolean {
  return now().getTime() - Date.parse(order.placedAt) > settings.checkoutMinutes * 60_000
}

/** Errors after which nobody knows what the called service has done. */
const unknownCodes = [
  'unavailable',
  'deadline-exceeded',
  'timed-out',
  'bad-gateway',
  'internal-error',
  'too-many-requests',
]
export function isUnknownOutcome(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && unknownCodes.includes(code)
}
function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError || error instanceof Refusal ? error.code : undefined
}
