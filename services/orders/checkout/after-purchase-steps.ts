// The steps of the saga after a purchase: a parcel is sent; units are canceled; a refund is requested, succeeds or fails.
// Pure functions.
import type { Message } from '@souk/contracts'
import { OrderRefunded, OrderShipped, UnitsCanceled } from '@souk/contracts/orders'
import { RefundPayment } from '@souk/contracts/payments'
import { portion } from '../cart/tax.ts'
import { allThatIsLeft, asFarAsLeft, withTax } from '../order/money-left.ts'
import { newRefund } from '../order/new-refund.ts'
import {
  isNothingLeft,
  type Order,
  type OrderRefund,
  type OrderShipment,
  partsView,
  type RefundLine,
  refundableAmount,
  refundedAmount,
  unitsOf,
} from '../order/order.ts'
import { about, cancelSettled, orderChanged, type Step, soldLines, withRefund } from './placing-steps.ts'

export function ship(order: Order, shipment: OrderShipment, complete: boolean): Step {
  const status = complete ? ('shipped' as const) : ('partially-shipped' as const)
  const tracking = shipment.trackingNumber ? `, tracking number ${shipment.trackingNumber}` : ''
  const quantities = new Map(shipment.lines.map((line) => [line.sku, line.quantity]))
  return {
    order: { ...order, status, shipments: [...order.shipments, shipment] },
    shipment,
    entry: {
      type: 'shipped',
      message: `${complete ? 'The last parcel is' : 'A parcel is'} on its way${tracking}.`,
    },
    send: [
      OrderShipped({
        ...about(order),
        shipment,
        lines: soldLines(order).flatMap((line) => {
          const quantity = quantities.get(line.sku)
          if (!quantity) return []
          const { lineTotal } = line
          const amount = portion(lineTotal.amount, unitsOf(order, line).shipped, quantity, line.quantity)
          return [{ ...line, quantity, lineTotal: { ...lineTotal, amount } }]
        }),
        complete,
        shippingAddress: order.shippingAddress,
      }),
    ],
  }
}

export function requestRefund(order: Order, refund: OrderRefund): Step {
  const { id: refundId, amount, reason } = refund
  const units = unitsInWords(unsentUnits(order, refund))
  return {
    order: withRefund(order, refund),
    refund,
    entry: {
      type: 'refund-requested',
      message: `Refund of ${amountInWords(refund)}: ${units ? `${sentence(reason)} Not to be sent: ${units}.` : reason}`,
    },
    send: [RefundPayment({ orderId: order.id, refundId, amount, reason })],
  }
}

/** Units that are canceled without money go back into stock at once. */
export function cancelUnits(order: Order, cancellation: OrderRefund, at: string): Step {
  const { id: cancellationId, reason } = cancellation
  const units = unsentUnits(order, cancellation)
  const message = `${unitsInWords(units)} will not be sent: ${sentence(reason)}`
  const announcement = UnitsCanceled({ ...about(order), cancellationId, reason, units })
  const entry = { type: 'units-canceled', message }
  return endIfNothingIsLeft(withRefund(order, cancellation), cancellation, entry, announcement, at)
}

/** Also for refunds that payments made by itself, when money arrived for a canceled order. */
export function refunded(
  order: Order,
  { refundId, amount }: { refundId: string; amount: number },
  at: string,
): Step | undefined {
  const requested = order.refunds.find((refund) => refund.id === refundId)
  if (requested?.status === 'refunded') return undefined
  const refund = requested ? succeeded(requested, order) : unrequested(refundId, amount, order, at)
  const { currency } = refund.amount
  const after = withRefund(order, refund)
  // A canceled order has given all its units back already.
  const unsent = order.status === 'canceled' ? [] : unsentUnits(order, refund)
  const restocked = namedUnits(order, refund, (line) => line.restocked)
  const announcement = OrderRefunded({
    ...about(order),
    refundId,
    amount: refund.amount,
    totalRefunded: { amount: refundedAmount(after), currency },
    reason: refund.reason,
    parts: partsView(refund.parts, currency),
    unsent: unsent.length > 0 ? unsent : undefined,
    restocked: restocked.length > 0 ? restocked : undefined,
  })
  const entry = { type: 'refunded', message: `${amountInWords(refund)} went back to the customer.` }
  return endIfNothingIsLeft(after, refund, entry, announcement, at)
}

/** The step that stores a refund or a cancellation which has taken effect, and ends an order of which nothing is left to send. */
function endIfNothingIsLeft(
  after: Order,
  refund: OrderRefund,
  { type, message }: Step['entry'],
  announcement: Message,
  at: string,
): Step {
  if (isNothingLeft(after) && after.status === 'partially-shipped') {
    const shipped = { ...after, status: 'shipped' as const }
    const entry = { type, message: `${message} Everything else has been sent.` }
    return { order: shipped, refund, entry, send: [announcement, orderChanged(shipped, at)] }
  }
  if (isNothingLeft(after) && after.status === 'paid') {
    const why = `${message} The order is canceled: nothing is left to send.`
    const step = cancelSettled(after, type, { message: why })
    return { ...step, refund, send: [announcement, ...step.send] }
  }
  return { order: after, refund, entry: { type, message }, send: [announcement] }
}

export function refundFailed(
  order: Order,
  { refundId, reason }: { refundId: string; reason: string },
  at: string,
): Step | undefined {
  const requested = order.refunds.find((refund) => refund.id === refundId)
  if (requested?.status !== 'pending') return undefined
  const refund = { ...requested, status: 'failed' as const }
  const after = withRefund(order, refund)
  const entry = {
    type: 'refund-failed',
    message: `The refund of ${inWords(refund.amount)} did not succeed: ${reason}`,
  }
  // All other units were sent meanwhile. The units of this refund must be sent now, too.
  if (order.status === 'shipped' && refund.lines.some((line) => line.unshipped > 0)) {
    const reopened = { ...after, status: 'partially-shipped' as const }
    return { order: reopened, refund, entry, send: [orderChanged(reopened, at)] }
  }
  return { order: after, refund, entry, send: [] }
}

/** A refund that had failed may succeed after all, when others have taken its units or its money meanwhile. */
function succeeded(refund: OrderRefund, order: Order): OrderRefund {
  const done = { ...refund, status: 'refunded' as const }
  if (refund.status !== 'failed') return done
  const { parts, lines } = withTax(order, asFarAsLeft(order, refund))
  return { ...done, parts, lines }
}

/** Payments gives back by itself what arrives for a canceled order, as a rule all of it. */
function unrequested(id: string, amount: number, order: Order, at: string): OrderRefund {
  const isAll = amount === refundableAmount(order)
  const draft = isAll ? allThatIsLeft(order) : { lines: [], shipping: 0, goodwill: amount }
  const reason = order.cancelDetail?.message ?? 'Given back.'
  return { ...newRefund(order, draft, { id, reason, at }), status: 'refunded' }
}

function unsentUnits(order: Order, refund: OrderRefund) {
  return namedUnits(order, refund, (line) => line.unshipped)
}
function namedUnits(order: Order, { lines }: OrderRefund, quantityOf: (line: RefundLine) => number) {
  const titles = new Map(order.lines.map(({ sku, title }) => [sku, title]))
  return lines.flatMap((line) => {
    const quantity = quantityOf(line)
    return quantity > 0 ? [{ sku: line.sku, title: titles.get(line.sku) ?? line.sku, quantity }] : []
  })
}
function unitsInWords(units: readonly { title: string; quantity: number }[]): string {
  return units.map(({ title, quantity }) => `${quantity} × ${title}`).join(', ')
}

/** A withdrawal changes nothing by itself: units are canceled, sent back and refunded by steps of their own. */
export function noteWithdrawal(order: Order, entry: Step['entry'], at: string): Step {
  return { order, entry, send: [orderChanged(order, at)] }
}

/** A reason that something follows. */
function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
}

/** "€24.80 (items €19.90, shipping €4.90)", or "€5.00 (goodwill)". */
function amountInWords({ amount, parts }: OrderRefund): string {
  const named = Object.entries(parts).filter(([, part]) => part.amount > 0)
  const words = named.map(([name, part]) =>
    named.length > 1 ? `${name} ${inWords({ ...amount, amount: part.amount })}` : name,
  )
  return `${inWords(amount)} (${words.join(', ')})`
}
function inWords({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
