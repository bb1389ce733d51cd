// The life of an order, told as one table: in this state, on this signal, do this. Requests, answers of inventory and
// payments, their events, staff and timers all go through it. A signal that its state does not list is late or repeated,
// and is ignored.
import type { Message } from '@souk/contracts'
import { HoldStock } from '@souk/contracts/inventory'
import {
  OrderCanceled,
  OrderChanged,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  type OrderStatus,
} from '@souk/contracts/orders'
import { CancelPayment, RefundPayment } from '@souk/contracts/payments'
import {
  type CancelDetail,
  type Order,
  type OrderRefund,
  orderNumber,
  refundableAmount,
  refundedAmount,
} from './order.ts'

/** What can happen to an order. Times and ids arrive as data, so that the table stays pure. */
export type Signal =
  | { type: 'stock-refused'; reason: 'out-of-stock' | 'too-many-reservations' | 'expired'; detail: CancelDetail }
  | { type: 'payment-captured' }
  | { type: 'payment-authorized' }
  | { type: 'payment-declined'; detail: CancelDetail }
  | { type: 'action-required'; nextAction: NonNullable<Order['nextAction']>; deadlineAt: string }
  | { type: 'deadline-passed'; refundId: string }
  | { type: 'reservation-expired'; refundId: string }
  | { type: 'cancel-requested'; by: 'customer' | 'staff'; note?: string; refundId: string }
  | { type: 'parcel-shipped'; shipment: Order['shipments'][number]; complete: boolean }
  | { type: 'refund-requested'; refund: OrderRefund }
  | { type: 'payment-refunded'; refundId: string; amount: number }
  | { type: 'refund-failed'; refundId: string; reason: string }
type SignalType = Signal['type']

/** What the saga does next: the order as it will be, what is told to others, and a line for the timeline. */
export interface Step {
  order: Order
  send: Message[]
  entry: { type: string; message: string }
}
type Steps = {
  readonly [T in SignalType]?: (order: Order, signal: Extract<Signal, { type: T }>, at: string) => Step | undefined
}

const giveMoneyBack: Steps = {
  'refund-requested': (order, { refund }) => requestRefund(order, refund),
  'payment-refunded': (order, signal, at) => refunded(order, signal, at),
  'refund-failed': (order, signal) => refundFailed(order, signal),
}

export const saga: { readonly [S in OrderStatus]: Steps } = {
  // The request that checks out, or the resumer, is at it.
  'checking-out': {
    'stock-refused': (order, { reason, detail }) =>
      // Stock that was once reserved may have been paid for, too.
      cancel(order, reason, detail, ...(reason === 'expired' ? [undoPayment(order, reason)] : [])),
    'payment-captured': (order, _, at) => place(order, at),
    'payment-authorized': (order, _, at) => capture(order, at),
    'payment-declined': (order, { detail }) => cancel(order, 'declined', detail),
    'action-required': (order, { nextAction, deadlineAt }, at) => awaitCustomer(order, nextAction, deadlineAt, at),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, signal) => cancelAsAsked(order, signal),
  },
  // The customer is at the bank's page, or has left for good.
  'awaiting-customer': {
    'payment-captured': (order, _, at) => place(order, at),
    'payment-authorized': (order, _, at) => capture(order, at),
    'payment-declined': (order, { detail }) => cancel(order, 'declined', detail),
    'deadline-passed': (order) => expire(order),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, signal) => cancelAsAsked(order, signal),
  },
  // The customer has agreed. The stock is being pinned, then the money captured.
  capturing: {
    'stock-refused': (order, { reason, detail }) => cancel(order, reason, detail, undoPayment(order, reason)),
    'payment-captured': (order, _, at) => place(order, at),
    'payment-declined': (order, { detail }) => cancel(order, 'declined', detail),
    'reservation-expired': (order) => expire(order),
    'cancel-requested': (order, signal) => cancelAsAsked(order, signal),
  },
  paid: {
    ...giveMoneyBack,
    'parcel-shipped': (order, { shipment, complete }) => ship(order, shipment, complete),
    'cancel-requested': (order, { by, note, refundId }, at) =>
      cancelPaid(order, `by-${by}`, canceledBy(by, note), refundId, at),
    // The stock ran out before the order could turn it into a sale: better no order than one that cannot be made.
    'reservation-expired': (order, { refundId }, at) =>
      cancelPaid(order, 'expired', { message: 'The stock could not be kept.' }, refundId, at),
  },
  'partially-shipped': {
    ...giveMoneyBack,
    'parcel-shipped': (order, { shipment, complete }) => ship(order, shipment, complete),
  },
  shipped: giveMoneyBack,
  canceled: {
    ...giveMoneyBack,
    // Money that lands after the cancellation is given back. What a paid order had taken is being refunded already.
    'payment-captured': (order) => (order.paidAt ? undefined : returnLateMoney(order)),
    'payment-authorized': (order) => (order.paidAt ? undefined : returnLateMoney(order)),
  },
}

/** True when the state lists the signal; whether there is a step, nextStep says. */
export function isListed(status: OrderStatus, type: SignalType): boolean {
  return saga[status][type] !== undefined
}

/** What the saga does on a signal at a time, or undefined when it has nothing to do. */
export function nextStep(order: Order, signal: Signal, at: string): Step | undefined {
  const step = saga[order.status][signal.type] as ((...them: unknown[]) => Step | undefined) | undefined
  return step?.(order, signal, at)
}

function place(order: Order, at: string): Step {
  const paid = { ...order, status: 'paid' as const, paidAt: at }
  return go(paid, 'paid', 'Payment received. The order is placed.', [
    OrderPlaced({
      ...about(order),
      lines: order.lines,
      totals: order.totals,
      shippingAddress: order.shippingAddress,
      shippingMethod: order.shippingMethod,
      accessKey: order.accessKey,
      placedAt: order.placedAt,
    }),
  ])
}

function capture(order: Order, at: string): Step {
  return changed({ ...order, status: 'capturing' }, 'payment-authorized', 'The payment was approved.', at)
}

function awaitCustomer(order: Order, nextAction: Order['nextAction'], deadlineAt: string, at: string): Step {
  const waiting = { ...order, status: 'awaiting-customer' as const, nextAction, deadlineAt }
  const step = changed(waiting, 'action-required', 'The payment waits for the customer to confirm it.', at)
  return { ...step, send: [HoldStock({ orderId: order.id, until: deadlineAt }), ...step.send] }
}

function cancel(order: Order, reason: string, detail: CancelDetail, ...undo: Message[]): Step {
  const canceled = { ...order, status: 'canceled' as const, cancelReason: reason, cancelDetail: detail }
  return go(canceled, 'canceled', detail.message, [
    ...undo,
    OrderCanceled({
      ...about(order),
      reason,
      wasPaid: order.paidAt !== null,
      lines: order.lines,
      totals: order.totals,
    }),
  ])
}
function expire(order: Order): Step {
  const detail = { message: 'The payment was not confirmed in time.' }
  return cancel(order, 'expired', detail, undoPayment(order, 'expired'))
}
function cancelAsAsked(order: Order, { by, note }: Extract<Signal, { type: 'cancel-requested' }>): Step {
  return cancel(order, `by-${by}`, canceledBy(by, note), undoPayment(order, `by-${by}`))
}

/** Everything that is left goes back as one refund; nothing when all of it is already on its way. */
function cancelPaid(order: Order, reason: string, detail: CancelDetail, refundId: string, at: string): Step {
  const left = refundableAmount(order)
  if (left <= 0) return cancel(order, reason, detail)
  const amount = { amount: left, currency: order.totals.total.currency }
  const why = detail.message
  const refund = { id: refundId, status: 'pending' as const, amount, reason: why, createdAt: at, lines: [] }
  const refunding = { ...order, refunds: [...order.refunds, refund] }
  return cancel(refunding, reason, detail, RefundPayment({ orderId: order.id, refundId, amount, reason: why }))
}

function ship(order: Order, shipment: Order['shipments'][number], complete: boolean): Step {
  const status = complete ? ('shipped' as const) : ('partially-shipped' as const)
  const tracking = shipment.trackingNumber ? `, tracking number ${shipment.trackingNumber}` : ''
  const message = `${complete ? 'The last parcel is' : 'A parcel is'} on its way${tracking}.`
  const quantities = new Map(shipment.lines.map((line) => [line.sku, line.quantity]))
  return go({ ...order, status, shipments: [...order.shipments, shipment] }, 'shipped', message, [
    OrderShipped({
      ...about(order),
      shipment,
      lines: order.lines.flatMap((line) => {
        const quantity = quantities.get(line.sku)
        return quantity ? [{ ...line, quantity }] : []
      }),
      complete,
      shippingAddress: order.shippingAddress,
    }),
  ])
}

function requestRefund(order: Order, refund: OrderRefund): Step {
  const { id: refundId, amount, reason } = refund
  return go(
    { ...order, refunds: [...order.refunds, refund] },
    'refund-requested',
    `Refund of ${inWords(amount)}: ${reason}`,
    [RefundPayment({ orderId: order.id, refundId, amount, reason })],
  )
}

/** Also for refunds that payments made by itself, when money landed on a canceled order. */
function refunded(
  order: Order,
  { refundId, amount }: { refundId: string; amount: number },
  at: string,
): Step | undefined {
  const asked = order.refunds.find((refund) => refund.id === refundId)
  if (asked?.status === 'refunded') return undefined
  const { currency } = order.totals.total
  const refund: OrderRefund = asked
    ? { ...asked, status: 'refunded' }
    : {
        id: refundId,
        status: 'refunded',
        amount: { amount, currency },
        reason: order.cancelDetail?.message ?? 'Given back.',
        createdAt: at,
        lines: [],
      }
  const refunds = [...order.refunds.filter((one) => one !== asked), refund]
  const next = { ...order, refunds }
  return go(next, 'refunded', `${inWords(refund.amount)} went back to the customer.`, [
    OrderRefunded({
      ...about(order),
      refundId,
      amount: refund.amount,
      totalRefunded: { amount: refundedAmount(next), currency },
      reason: refund.reason,
    }),
  ])
}

function refundFailed(order: Order, { refundId, reason }: { refundId: string; reason: string }): Step | undefined {
  const asked = order.refunds.find((refund) => refund.id === refundId)
  if (asked?.status !== 'pending') return undefined
  const refunds = order.refunds.map((one) => (one === asked ? { ...one, status: 'failed' as const } : one))
  const message = `The refund of ${inWords(asked.amount)} did not succeed: ${reason}`
  return go({ ...order, refunds }, 'refund-failed', message, [])
}

function returnLateMoney(order: Order): Step {
  const message = 'A payment arrived after the cancellation. It is being given back.'
  return go(order, 'late-payment', message, [undoPayment(order, order.cancelReason ?? 'canceled')])
}

function go(order: Order, type: string, message: string, send: Message[]): Step {
  return { order: settled(order), send, entry: { type, message } }
}
/** A change of state of which no other message tells. */
function changed(order: Order, type: string, message: string, at: string): Step {
  return go(order, type, message, [OrderChanged({ orderId: order.id, status: order.status, at })])
}

/** What only an open checkout needs is dropped when it is over. */
function settled(order: Order): Order {
  if (order.status === 'awaiting-customer') return order
  const isOpen = order.status === 'checking-out' || order.status === 'capturing'
  return { ...order, nextAction: null, deadlineAt: null, paymentChoice: isOpen ? order.paymentChoice : null }
}

function undoPayment({ id }: Order, reason: string): Message {
  return CancelPayment({ orderId: id, reason })
}
function canceledBy(by: string, note?: string): CancelDetail {
  const message = by === 'staff' ? 'The shop has canceled the order.' : 'The customer has canceled the order.'
  return { message: note ? `${message} ${note}` : message }
}
function about(order: Order) {
  return {
    orderId: order.id,
    number: orderNumber(order),
    email: order.email,
    customerId: order.customerId ?? undefined,
  }
}
function inWords({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
