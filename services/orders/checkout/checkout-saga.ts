// The life of an order as one table: in this state, on this signal, do this step. Requests, replies and messages of
// inventory and payments, staff and timers all go through it. A signal that its state does not list is late or repeated,
// and is ignored.
import type { OrderStatus } from '@souk/contracts/orders'
import type { CancelDetail, Order, OrderRefund, OrderShipment } from '../order/order.ts'
import { cancelUnits, noteWithdrawal, refunded, refundFailed, requestRefund, ship } from './after-purchase-steps.ts'
import {
  awaitCustomer,
  canceledBy,
  cancelPaid,
  cancelUnclear,
  cancelUnpaid,
  capture,
  expire,
  loseStock,
  place,
  returnLateMoney,
  type Step,
} from './placing-steps.ts'

/** What can happen to an order. Times and ids arrive as data, so that the table stays pure. */
export type Signal =
  | { type: 'stock-refused'; reason: 'out-of-stock' | 'too-many-reservations'; detail: CancelDetail }
  | { type: 'reservation-lost' }
  /** `isStockPinned`: the stock of this order cannot be lost any more. A message does not know that. */
  | { type: 'payment-captured'; isStockPinned?: boolean }
  | { type: 'payment-authorized' }
  | { type: 'payment-declined'; detail: CancelDetail }
  | { type: 'action-required'; nextAction: NonNullable<Order['nextAction']>; deadlineAt: string }
  | { type: 'deadline-passed' }
  | { type: 'reservation-expired'; refundId: string }
  | { type: 'cancel-requested'; by: 'customer' | 'staff'; note?: string; refundId: string }
  | { type: 'parcel-shipped'; shipment: OrderShipment; complete: boolean }
  | { type: 'units-canceled'; refund: OrderRefund }
  | { type: 'refund-requested'; refund: OrderRefund }
  | { type: 'payment-refunded'; refundId: string; amount: number }
  | { type: 'refund-failed'; refundId: string; reason: string }
  | { type: 'withdrawal-noted'; entry: { type: 'withdrawal-received' | 'withdrawal-closed'; message: string } }
type SignalType = Signal['type']

type Steps = {
  readonly [T in SignalType]?: (order: Order, signal: Extract<Signal, { type: T }>, at: string) => Step | undefined
}

/** What can happen to every order that has been paid, or was canceled. */
const afterPurchase: Steps = {
  'withdrawal-noted': (order, { entry }, at) => noteWithdrawal(order, entry, at),
  'refund-requested': (order, { refund }) => requestRefund(order, refund),
  'payment-refunded': (order, signal, at) => refunded(order, signal, at),
  'refund-failed': (order, signal, at) => refundFailed(order, signal, at),
}

export const saga: { readonly [S in OrderStatus]: Steps } = {
  // The request that checks out, or the resumer, reserves the stock and takes the money.
  'checking-out': {
    'stock-refused': (order, { reason, detail }) => cancelUnpaid(order, reason, detail),
    // The stock was reserved once, so the money may have been taken, too.
    'reservation-lost': (order) => loseStock(order),
    'payment-captured': (order, { isStockPinned }, at) => (isStockPinned ? place(order, at) : capture(order, at)),
    'payment-authorized': (order, _, at) => capture(order, at),
    'payment-declined': (order, { detail }) => cancelUnpaid(order, 'declined', detail),
    'action-required': (order, { nextAction, deadlineAt }, at) => awaitCustomer(order, nextAction, deadlineAt, at),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, { by, note }) => cancelUnclear(order, `by-${by}`, canceledBy(by, note)),
  },
  // The customer is at the bank's page, or has left for good. Its stock may be given back meanwhile, so also an order whose money
  // was taken pins its stock first.
  'awaiting-customer': {
    'payment-captured': (order, _, at) => capture(order, at),
    'payment-authorized': (order, _, at) => capture(order, at),
    'payment-declined': (order, { detail }) => cancelUnpaid(order, 'declined', detail),
    'deadline-passed': (order) => expire(order),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, { by, note }) => cancelUnclear(order, `by-${by}`, canceledBy(by, note)),
  },
  // The customer has agreed. The stock is being pinned, or reserved again, then the money captured.
  capturing: {
    // What was given back meanwhile is sold out by now. The approval is voided; money that was taken already goes back.
    'stock-refused': (order, { reason, detail }) => cancelUnclear(order, reason, detail),
    'reservation-lost': (order) => loseStock(order),
    'payment-captured': (order, { isStockPinned }, at) => (isStockPinned ? place(order, at) : undefined),
    'payment-declined': (order, { detail }) => cancelUnpaid(order, 'declined', detail),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, { by, note }) => cancelUnclear(order, `by-${by}`, canceledBy(by, note)),
  },
  paid: {
    ...afterPurchase,
    'parcel-shipped': (order, { shipment, complete }) => ship(order, shipment, complete),
    'units-canceled': (order, { refund }, at) => cancelUnits(order, refund, at),
    'cancel-requested': (order, { by, note, refundId }, at) =>
      cancelPaid(order, `by-${by}`, canceledBy(by, note), refundId, at),
    // The reservation ended before the order turned it into a sale. An order that cannot be delivered is canceled.
    'reservation-expired': (order, { refundId }, at) =>
      cancelPaid(order, 'expired', { message: 'The stock could not be kept.' }, refundId, at),
  },
  'partially-shipped': {
    ...afterPurchase,
    'parcel-shipped': (order, { shipment, complete }) => ship(order, shipment, complete),
    'units-canceled': (order, { refund }, at) => cancelUnits(order, refund, at),
  },
  shipped: afterPurchase,
  canceled: {
    ...afterPurchase,
    // Money that arrives after the cancellation is given back. The money of an order that was paid is being refunded already.
    'payment-captured': (order) => (order.paidAt ? undefined : returnLateMoney(order)),
    'payment-authorized': (order) => (order.paidAt ? undefined : returnLateMoney(order)),
  },
}

/** True when the state lists the signal. There may still be no step: nextStep decides. */
export function isListed(status: OrderStatus, type: SignalType): boolean {
  return saga[status][type] !== undefined
}

/** What the saga does on a signal at a time, or undefined when it has nothing to do. */
export function nextStep(order: Order, signal: Signal, at: string): Step | undefined {
  const step = saga[order.status][signal.type] as ((...them: unknown[]) => Step | undefined) | undefined
  return step?.(order, signal, at)
}
