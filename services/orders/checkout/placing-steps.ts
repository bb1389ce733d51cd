// The steps of the saga in which an order is placed or canceled. A step says what the order will be, and names everything
// else that it changes. Pure functions.
import type { Message, Money } from '@souk/contracts'
import { OrderCanceled, OrderChanged, OrderPlaced } from '@souk/contracts/orders'
import { CancelPayment, RefundPayment } from '@souk/contracts/payments'
import { explained } from '../cart/totals.ts'
import { allThatIsLeft } from '../order/money-left.ts'
import { newRefund } from '../order/new-refund.ts'
import {
  type CancelDetail,
  type Order,
  type OrderRefund,
  type OrderShipment,
  orderNumber,
  partsView,
  refundableAmount,
} from '../order/order.ts'

export interface Step {
  /** The order after the step, still with the version on which the step was decided. */
  order: Order
  /** Its entry in the timeline. */
  entry: { type: string; message: string }
  /** Messages that are sent with it, in this order. */
  send: readonly Message[]
  /** A new shipment. */
  shipment?: OrderShipment
  /** A refund that is new, or whose status or lines have changed. */
  refund?: OrderRefund
  /** What happens to the order's open checkout. Missing: the order has none. */
  openCheckout?: 'changes' | 'closes'
}

export function place(order: Order, at: string): Step {
  const { id, name, price, delivery } = order.shippingMethod
  return {
    order: withoutOpenCheckout({ ...order, status: 'paid', paidAt: at }),
    openCheckout: 'closes',
    entry: { type: 'paid', message: 'Payment received. The order is placed.' },
    send: [
      OrderPlaced({
        ...about(order),
        lines: soldLines(order),
        totals: order.totals,
        taxes: explained(order.totals, order.lines).taxes,
        shippingAddress: order.shippingAddress,
        shippingMethod: { id, name, price },
        delivery,
        accessKey: order.accessKey,
        placedAt: order.placedAt,
      }),
    ],
  }
}

export function capture(order: Order, at: string): Step {
  const capturing = { ...order, status: 'capturing' as const, nextAction: null, deadlineAt: null }
  return {
    order: capturing,
    openCheckout: 'changes',
    entry: { type: 'payment-authorized', message: 'The payment was approved.' },
    send: [orderChanged(capturing, at)],
  }
}

export function awaitCustomer(order: Order, nextAction: Order['nextAction'], deadlineAt: string, at: string): Step {
  const waiting = { ...order, status: 'awaiting-customer' as const, nextAction, deadlineAt }
  return {
    order: waiting,
    openCheckout: 'changes',
    entry: { type: 'action-required', message: 'The payment waits for the customer to confirm it.' },
    send: [orderChanged(waiting, at)],
  }
}

/** Ends a checkout for which no money was taken. */
export function cancelUnpaid(order: Order, reason: string, detail: CancelDetail): Step {
  const step = cancel(withoutOpenCheckout(order), reason, detail, nothing(order))
  return { ...step, openCheckout: 'closes' }
}
/** Ends a checkout whose payment may still succeed. Payments undoes it, whatever its outcome is. */
export function cancelUnclear(order: Order, reason: string, detail: CancelDetail): Step {
  const step = cancel(withoutOpenCheckout(order), reason, detail, undefined)
  return { ...step, openCheckout: 'closes', send: [cancelPayment(order, reason), ...step.send] }
}
/** The reservation has ended before the order could be placed. */
export function loseStock(order: Order): Step {
  return cancelUnclear(order, 'expired', { message: 'The stock could not be kept any longer.' })
}
export function expire(order: Order): Step {
  return cancelUnclear(order, 'expired', { message: 'The payment was not confirmed in time.' })
}

/** Cancels a paid order. Everything that can still be refunded, shipping included, goes back as one refund. */
export function cancelPaid(order: Order, reason: string, detail: CancelDetail, refundId: string, at: string): Step {
  if (refundableAmount(order) <= 0) return cancelSettled(order, reason, detail)
  const why = detail.message
  const refund = newRefund(order, allThatIsLeft(order), { id: refundId, reason: why, at })
  const { amount } = refund
  const step = cancel(withRefund(order, refund), reason, detail, amount, refund)
  return {
    ...step,
    refund,
    send: [RefundPayment({ orderId: order.id, refundId, amount, reason: why }), ...step.send],
  }
}
/** Cancels a paid order for which no more money goes back now. */
export function cancelSettled(order: Order, reason: string, detail: CancelDetail): Step {
  return cancel(order, reason, detail, nothing(order))
}

function cancel(
  order: Order,
  reason: string,
  detail: CancelDetail,
  goingBack: Money | undefined,
  refund?: OrderRefund,
): Step {
  return {
    order: { ...order, status: 'canceled', cancelReason: reason, cancelDetail: detail },
    entry: { type: 'canceled', message: withNote(detail.message, detail.note) },
    send: [
      OrderCanceled({
        ...about(order),
        reason,
        wasPaid: order.paidAt !== null,
        wasApproved: order.status === 'capturing' ? true : undefined,
        goingBack,
        parts: refund && partsView(refund.parts, refund.amount.currency),
        lines: soldLines(order),
        totals: order.totals,
      }),
    ],
  }
}

export function returnLateMoney(order: Order): Step {
  return {
    order,
    entry: {
      type: 'late-payment',
      message: 'A payment arrived after the cancellation. It is being given back.',
    },
    send: [cancelPayment(order, order.cancelReason ?? 'canceled')],
  }
}

/** The order with a refund that is new, or in place of the one with the same id. */
export function withRefund(order: Order, refund: OrderRefund): Order {
  const isKnown = order.refunds.some((one) => one.id === refund.id)
  const refunds = isKnown
    ? order.refunds.map((one) => (one.id === refund.id ? refund : one))
    : [...order.refunds, refund]
  return { ...order, refunds }
}

/** For changes of state that no other message announces. */
export function orderChanged({ id, status }: Order, at: string): Message {
  return OrderChanged({ orderId: id, status, at })
}

export function canceledBy(by: 'customer' | 'staff', note?: string): CancelDetail {
  return by === 'staff'
    ? { message: withNote('The shop has canceled the order.', note) }
    : { message: 'The customer has canceled the order.', note }
}

/** What every message about an order contains. */
export function about(order: Order) {
  return {
    orderId: order.id,
    number: orderNumber(order),
    email: order.email,
    customerId: order.customerId ?? undefined,
    language: order.language ?? undefined,
  }
}

function cancelPayment({ id }: Order, reason: string): Message {
  return CancelPayment({ orderId: id, reason })
}

/** Removes what only an open checkout needs, above all the payment token. */
function withoutOpenCheckout(order: Order): Order {
  return { ...order, nextAction: null, deadlineAt: null, paymentChoice: null }
}

function nothing({ totals }: Order): Money {
  return { ...totals.total, amount: 0 }
}
function withNote(message: string, note: string | undefined): string {
  return note ? `${message} ${note}` : message
}
/** The lines of an order in a message. */
export function soldLines({ lines }: Order) {
  return lines.map(({ sku, title, quantity, unitPrice, lineTotal, image }) => ({
    sku,
    title,
    quantity,
    unitPrice,
    lineTotal,
    image,
  }))
}
