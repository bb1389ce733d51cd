// The steps of the saga after a purchase: a parcel is sent; a refund is requested, succeeds or fails. Pure functions.
import { OrderRefunded, OrderShipped } from '@souk/contracts/orders'
import { RefundPayment } from '@souk/contracts/payments'
import { portion } from '../cart/tax.ts'
import {
  isNothingLeft,
  type Order,
  type OrderRefund,
  type OrderShipment,
  type RefundLine,
  refundedAmount,
  unitsOf,
} from '../order/order.ts'
import { about, cancelRefunded, orderChanged, type Step, soldLines, withRefund } from './placing-steps.ts'

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
  return {
    order: withRefund(order, refund),
    refund,
    entry: { type: 'refund-requested', message: `Refund of ${inWords(amount)}: ${reason}` },
    send: [RefundPayment({ orderId: order.id, refundId, amount, reason })],
  }
}

/** Also for refunds that payments made by itself, when money arrived for a canceled order. */
export function refunded(
  order: Order,
  { refundId, amount }: { refundId: string; amount: number },
  at: string,
): Step | undefined {
  const requested = order.refunds.find((refund) => refund.id === refundId)
  if (requested?.status === 'refunded') return undefined
  const { currency } = order.totals.total
  const refund: OrderRefund = requested
    ? { ...requested, status: 'refunded', lines: stillUnsent(requested, order) }
    : {
        id: refundId,
        status: 'refunded',
        amount: { amount, currency },
        reason: order.cancelDetail?.message ?? 'Given back.',
        createdAt: at,
        lines: [],
      }
  const after = withRefund(order, refund)
  const message = `${inWords(refund.amount)} went back to the customer.`
  const announcement = OrderRefunded({
    ...about(order),
    refundId,
    amount: refund.amount,
    totalRefunded: { amount: refundedAmount(after), currency },
    reason: refund.reason,
    unsent: order.status === 'canceled' ? undefined : unsentUnits(order, refund),
  })

  if (isNothingLeft(after) && order.status === 'partially-shipped') {
    const shipped = { ...after, status: 'shipped' as const }
    const entry = { type: 'refunded', message: `${message} Everything else has been sent.` }
    return { order: shipped, refund, entry, send: [announcement, orderChanged(shipped, at)] }
  }
  // An order of which nothing is sent keeps no money.
  if (isNothingLeft(after) && order.status === 'paid' && refundedAmount(after) >= order.totals.total.amount) {
    const why = `${message} The order is canceled: nothing is left to send.`
    const step = cancelRefunded(after, 'refunded', { message: why })
    return { ...step, refund, send: [announcement, ...step.send] }
  }
  return { order: after, refund, entry: { type: 'refunded', message }, send: [announcement] }
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

/** The lines of a refund without units that were sent meanwhile: a refund that had failed may succeed after all. */
function stillUnsent(refund: OrderRefund, order: Order): RefundLine[] {
  const others = { ...order, refunds: order.refunds.filter((one) => one !== refund) }
  return refund.lines.map((line) => {
    const left = order.lines.reduce((sum, one) => sum + (one.sku === line.sku ? unitsOf(others, one).left : 0), 0)
    return { ...line, unshipped: Math.min(line.unshipped, left) }
  })
}

function unsentUnits(order: Order, { lines }: OrderRefund) {
  const titles = new Map(order.lines.map(({ sku, title }) => [sku, title]))
  const unsent = lines.filter((line) => line.unshipped > 0)
  if (unsent.length === 0) return undefined
  return unsent.map(({ sku, unshipped }) => ({ sku, title: titles.get(sku) ?? sku, quantity: unshipped }))
}

function inWords({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
