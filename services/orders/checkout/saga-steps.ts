// The steps of the saga: how the order will be, what is told to whom, and what its timeline says. Pure functions.
import type { Message, Money } from '@souk/contracts'
import { HoldStock } from '@souk/contracts/inventory'
import { OrderCanceled, OrderChanged, OrderPlaced, OrderRefunded, OrderShipped } from '@souk/contracts/orders'
import { CancelPayment, RefundPayment } from '@souk/contracts/payments'
import {
  type CancelDetail,
  isNothingLeft,
  type Order,
  type OrderRefund,
  orderNumber,
  type RefundLine,
  refundableAmount,
  refundedAmount,
  unitsOf,
} from '../order/order.ts'

/** What the saga does next: the order as it will be, what is told to others, and a line for the timeline. */
export interface Step {
  order: Order
  send: Message[]
  entry: { type: string; message: string }
}

export function place(order: Order, at: string): Step {
  const paid = { ...order, status: 'paid' as const, paidAt: at }
  return go(paid, 'paid', 'Payment received. The order is placed.', [
    OrderPlaced({
      ...about(order),
      lines: soldLines(order),
      totals: order.totals,
      shippingAddress: order.shippingAddress,
      shippingMethod: order.shippingMethod,
      accessKey: order.accessKey,
      placedAt: order.placedAt,
    }),
  ])
}

export function capture(order: Order, at: string): Step {
  return changed({ ...order, status: 'capturing' }, 'payment-authorized', 'The payment was approved.', at)
}

export function awaitCustomer(order: Order, nextAction: Order['nextAction'], deadlineAt: string, at: string): Step {
  const waiting = { ...order, status: 'awaiting-customer' as const, nextAction, deadlineAt }
  const step = changed(waiting, 'action-required', 'The payment waits for the customer to confirm it.', at)
  return { ...step, send: [HoldStock({ orderId: order.id, until: deadlineAt }), ...step.send] }
}

/** Nothing was taken, or all of it is on its way back already. */
export function cancel(order: Order, reason: string, detail: CancelDetail): Step {
  return end(order, reason, detail, { ...order.totals.total, amount: 0 })
}
/** How the payment ends is not known yet. Payments undoes whatever it is. */
export function cancelUnclear(order: Order, reason: string, detail: CancelDetail): Step {
  return end(order, reason, detail, undefined, undoPayment(order, reason))
}
/** The reservation is over before the order could be placed. */
export function loseStock(order: Order): Step {
  return cancelUnclear(order, 'expired', { message: 'The stock could not be kept any longer.' })
}
export function expire(order: Order): Step {
  return cancelUnclear(order, 'expired', { message: 'The payment was not confirmed in time.' })
}
/** Everything that is left goes back as one refund; nothing when all of it is already on its way. */
export function cancelPaid(order: Order, reason: string, detail: CancelDetail, refundId: string, at: string): Step {
  const left = refundableAmount(order)
  if (left <= 0) return cancel(order, reason, detail)
  const amount = { amount: left, currency: order.totals.total.currency }
  const why = detail.message
  const refund = { id: refundId, status: 'pending' as const, amount, reason: why, createdAt: at, lines: [] }
  const refunding = { ...order, refunds: [...order.refunds, refund] }
  return end(refunding, reason, detail, amount, RefundPayment({ orderId: order.id, refundId, amount, reason: why }))
}

function end(
  order: Order,
  reason: string,
  detail: CancelDetail,
  goingBack: Money | undefined,
  ...undo: Message[]
): Step {
  const canceled = { ...order, status: 'canceled' as const, cancelReason: reason, cancelDetail: detail }
  return go(canceled, 'canceled', inFull(detail.message, detail.note), [
    ...undo,
    OrderCanceled({
      ...about(order),
      reason,
      wasPaid: order.paidAt !== null,
      goingBack,
      lines: soldLines(order),
      totals: order.totals,
    }),
  ])
}

export function ship(order: Order, shipment: Order['shipments'][number], complete: boolean): Step {
  const status = complete ? ('shipped' as const) : ('partially-shipped' as const)
  const tracking = shipment.trackingNumber ? `, tracking number ${shipment.trackingNumber}` : ''
  const message = `${complete ? 'The last parcel is' : 'A parcel is'} on its way${tracking}.`
  const quantities = new Map(shipment.lines.map((line) => [line.sku, line.quantity]))
  return go({ ...order, status, shipments: [...order.shipments, shipment] }, 'shipped', message, [
    OrderShipped({
      ...about(order),
      shipment,
      lines: soldLines(order).flatMap((line) => {
        const quantity = quantities.get(line.sku)
        return quantity
          ? [{ ...line, quantity, lineTotal: { ...line.unitPrice, amount: line.unitPrice.amount * quantity } }]
          : []
      }),
      complete,
      shippingAddress: order.shippingAddress,
    }),
  ])
}

export function requestRefund(order: Order, refund: OrderRefund): Step {
  const { id: refundId, amount, reason } = refund
  const next = { ...order, refunds: [...order.refunds, refund] }
  const message = `Refund of ${inWords(amount)}: ${reason}`
  return go(next, 'refund-requested', message, [RefundPayment({ orderId: order.id, refundId, amount, reason })])
}

/** Also for refunds that payments made by itself, when money landed on a canceled order. */
export function refunded(
  order: Order,
  { refundId, amount }: { refundId: string; amount: number },
  at: string,
): Step | undefined {
  const asked = order.refunds.find((refund) => refund.id === refundId)
  if (asked?.status === 'refunded') return undefined
  const { currency } = order.totals.total
  const others = order.refunds.filter((one) => one !== asked)
  const refund: OrderRefund = asked
    ? { ...asked, status: 'refunded', lines: stillUnsent(asked.lines, { ...order, refunds: others }) }
    : {
        id: refundId,
        status: 'refunded',
        amount: { amount, currency },
        reason: order.cancelDetail?.message ?? 'Given back.',
        createdAt: at,
        lines: [],
      }
  const next = { ...order, refunds: [...others, refund] }
  const message = `${inWords(refund.amount)} went back to the customer.`
  const told = OrderRefunded({
    ...about(order),
    refundId,
    amount: refund.amount,
    totalRefunded: { amount: refundedAmount(next), currency },
    reason: refund.reason,
    unsent: order.status === 'canceled' ? undefined : unsentUnits(order, refund),
  })
  if (isNothingLeft(next) && order.status === 'partially-shipped') {
    const step = changed({ ...next, status: 'shipped' }, 'refunded', `${message} Everything else has been sent.`, at)
    return { ...step, send: [told, ...step.send] }
  }
  // An order that is not made keeps no money.
  if (isNothingLeft(next) && order.status === 'paid' && refundedAmount(next) >= order.totals.total.amount) {
    const why = `${message} The order is canceled: nothing is left to send.`
    const step = cancel(next, 'refunded', { message: why })
    return { ...step, send: [told, ...step.send] }
  }
  return go(next, 'refunded', message, [told])
}
/** A refund that had failed may succeed after all, when some of its units have been sent. */
function stillUnsent(lines: readonly RefundLine[], order: Order): RefundLine[] {
  return lines.map((line) => {
    const left = order.lines.reduce((sum, one) => sum + (one.sku === line.sku ? unitsOf(order, one).left : 0), 0)
    return { ...line, unshipped: Math.min(line.unshipped, left) }
  })
}
function unsentUnits(order: Order, { lines }: OrderRefund) {
  const titles = new Map(order.lines.map(({ sku, title }) => [sku, title]))
  const unsent = lines.filter((line) => line.unshipped > 0)
  if (unsent.length === 0) return undefined
  return unsent.map(({ sku, unshipped }) => ({ sku, title: titles.get(sku) ?? sku, quantity: unshipped }))
}

export function refundFailed(
  order: Order,
  { refundId, reason }: { refundId: string; reason: string },
  at: string,
): Step | undefined {
  const asked = order.refunds.find((refund) => refund.id === refundId)
  if (asked?.status !== 'pending') return undefined
  const refunds = order.refunds.map((one) => (one === asked ? { ...one, status: 'failed' as const } : one))
  const message = `The refund of ${inWords(asked.amount)} did not succeed: ${reason}`
  // All the rest was sent meanwhile; now these units are to be sent, too.
  if (order.status === 'shipped' && asked.lines.some((line) => line.unshipped > 0))
    return changed({ ...order, status: 'partially-shipped', refunds }, 'refund-failed', message, at)
  return go({ ...order, refunds }, 'refund-failed', message, [])
}

export function returnLateMoney(order: Order): Step {
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

export function undoPayment({ id }: Order, reason: string): Message {
  return CancelPayment({ orderId: id, reason })
}
export function canceledBy(by: string, note?: string): CancelDetail {
  return by === 'staff'
    ? { message: inFull('The shop has canceled the order.', note) }
    : { message: 'The customer has canceled the order.', note }
}
function inFull(message: string, note: string | undefined): string {
  return note ? `${message} ${note}` : message
}
function about(order: Order) {
  return {
    orderId: order.id,
    number: orderNumber(order),
    email: order.email,
    customerId: order.customerId ?? undefined,
  }
}
function soldLines({ lines }: Order) {
  return lines.map(({ sku, title, quantity, unitPrice, lineTotal, image }) => ({
    sku,
    title,
    quantity,
    unitPrice,
    lineTotal,
    image,
  }))
}
function inWords({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
