// The order: what it holds, what is left of it to send and to refund, and how it is shown. Pure functions.
import type { Money } from '@souk/contracts'
import type { OrderStatus, Order as OrderView, RefundParts, Totals } from '@souk/contracts/orders'
import type { PaymentChoice } from '@souk/contracts/payments'
import type { PricedLine } from '../cart/price-cart.ts'
import { portion } from '../cart/tax.ts'
import { explained } from '../cart/totals.ts'
import { withdrawalEnd } from '../withdrawal/withdrawal-period.ts'

export interface Order {
  id: string
  number: number
  cartId: string
  customerId: string | null
  email: string
  status: OrderStatus
  version: number
  cancelReason: string | null
  cancelDetail: CancelDetail | null
  lines: PricedLine[]
  totals: Totals
  shippingAddress: OrderView['shippingAddress']
  billingAddress: OrderView['billingAddress'] | null
  /** With the days of arrival that were promised. Orders from before promised none. */
  shippingMethod: OrderView['shippingMethod']
  /** In which the customer shopped; null or missing when nobody said. */
  language?: string | null
  /** Null when the outcome of the checkout is known. */
  paymentChoice: PaymentChoice | null
  returnUrl: string
  nextAction: OrderView['nextAction'] | null
  deadlineAt: string | null
  paidAt: string | null
  placedAt: string
  updatedAt: string
  shipments: OrderShipment[]
  refunds: OrderRefund[]
  /** Missing while the order is placed: it has none. */
  withdrawals?: NonNullable<OrderView['withdrawals']>
  /** The client's network as a keyed hash, while the checkout is open (unpaid-hold.ts). */
  network?: string | null
  /** The key with which a guest reads the order (access-key.ts). */
  accessKey: string
}
/** An order that has not been stored yet. It gets its number then. */
export type NewOrder = Omit<Order, 'number'>

/** The states in which the outcome of the checkout is not known yet. */
export const openStatuses: readonly OrderStatus[] = ['checking-out', 'awaiting-customer', 'capturing']
export function isOpen({ status }: Pick<Order, 'status'>): boolean {
  return openStatuses.includes(status)
}

export interface CancelDetail {
  message: string
  /** The customer's own words. For the timeline only: a letter would send them to an address that anybody may have typed. */
  note?: string
  code?: string
  missing?: unknown
}
export type OrderShipment = OrderView['shipments'][number]
/**
 * What goes back of a paid order: money, units, or both. Units that are canceled without money are a refund of zero, which has
 * succeeded at once.
 */
export interface OrderRefund {
  id: string
  status: OrderView['refunds'][number]['status']
  amount: Money
  /** What the amount is for. They add up to it. */
  parts: Parts
  lines: RefundLine[]
  reason: string
  createdAt: string
}
/** In minor units. The tax is contained in the amount. */
export interface Part {
  amount: number
  tax: number
}
export type Parts = Record<'items' | 'shipping' | 'goodwill', Part>
export interface RefundLine {
  sku: string
  /** The units whose money is settled with this. */
  quantity: number
  /** How many of them were not shipped when it was requested; they will not be. */
  unshipped: number
  /** How many of the others, which were shipped, go back into stock. */
  restocked: number
  /** What goes back for them, in minor units, and the tax in it. */
  amount: number
  tax: number
  /** Their share of what was paid for the line: the most that can go back for them. */
  share: number
}

/** The number as people use it: S-100042. */
export function orderNumber({ number }: { number: number }): string {
  return `S-${number}`
}

export function itemCount(order: Pick<Order, 'lines'>): number {
  return order.lines.reduce((sum, line) => sum + line.quantity, 0)
}

/**
 * How many units of a line were shipped; were canceled before; are left to ship; have their money settled, by a refund or a
 * cancellation; and are with the customer and not refunded. What a pending refund takes counts as taken.
 */
export function unitsOf(order: Order, { sku, quantity }: { sku: string; quantity: number }) {
  const shipped = unitsIn(order.shipments, sku)
  const refunds = order.refunds.filter((refund) => refund.status !== 'failed').flatMap((refund) => refund.lines)
  const ofSku = refunds.filter((line) => line.sku === sku)
  const settled = ofSku.reduce((sum, line) => sum + line.quantity, 0)
  const canceled = ofSku.reduce((sum, line) => sum + line.unshipped, 0)
  const left = Math.max(0, quantity - shipped - canceled)
  return { shipped, canceled, left, settled, returnable: Math.max(0, shipped - (settled - canceled)) }
}
/** True when nothing is left to ship, even if a pending refund fails and its units must be shipped after all. */
export function isNothingLeft(order: Order): boolean {
  const settled = { ...order, refunds: order.refunds.filter((refund) => refund.status === 'refunded') }
  return order.lines.every((line) => unitsOf(settled, line).left === 0)
}
function unitsIn(parcels: readonly { lines: readonly { sku: string; quantity: number }[] }[], sku: string): number {
  return parcels
    .flatMap((parcel) => parcel.lines)
    .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0)
}

export function isOnItsWay({ status }: OrderRefund): boolean {
  return status !== 'failed'
}

/** The amount of the refunds that have succeeded, in minor units. */
export function refundedAmount({ refunds }: Order): number {
  return sumOf(refunds.filter((refund) => refund.status === 'refunded'))
}
/** The amount that was neither refunded nor is being refunded, in minor units. */
export function refundableAmount({ totals, refunds }: Order): number {
  return totals.total.amount - sumOf(refunds.filter(isOnItsWay))
}
function sumOf(refunds: readonly OrderRefund[]): number {
  return refunds.reduce((sum, refund) => sum + refund.amount.amount, 0)
}

/** What a refund is for, as the API and messages show it. */
export function partsView(parts: Parts, currency: string): RefundParts {
  const view = ({ amount, tax }: Part) => ({ amount: { amount, currency }, tax: { amount: tax, currency } })
  return { items: view(parts.items), shipping: view(parts.shipping), goodwill: view(parts.goodwill) }
}

function refundView({ amount, parts, lines, ...more }: OrderRefund): OrderView['refunds'][number] {
  const { currency } = amount
  return {
    ...more,
    amount,
    parts: partsView(parts, currency),
    lines: lines
      .filter(({ quantity }) => quantity > 0)
      .map(({ sku, quantity, unshipped, restocked, amount }) => {
        return { sku, quantity, unsent: unshipped, restocked, amount: { amount, currency } }
      }),
  }
}

function cancellationView({ id, status, amount, lines, reason, createdAt }: OrderRefund): OrderView['cancellations'] {
  const unsent = lines.filter((line) => line.unshipped > 0)
  if (unsent.length === 0) return []
  const units = unsent.map((line) => ({
    sku: line.sku,
    quantity: line.unshipped,
    refund: { amount: portion(line.amount, 0, line.unshipped, line.quantity), currency: amount.currency },
  }))
  return [{ id, status: status === 'refunded' ? 'canceled' : status, lines: units, reason, createdAt }]
}

/** The order as the API shows it. */
export function orderView(order: Order): OrderView {
  const { currency } = order.totals.total
  const refunds = order.refunds.filter((refund) => refund.amount.amount > 0)
  return {
    id: order.id,
    number: orderNumber(order),
    status: order.status,
    cancelReason: order.cancelReason ?? undefined,
    email: order.email,
    lines: order.lines.map((line) => {
      const { shipped, canceled } = unitsOf(order, line)
      const refundedQuantity = unitsIn(refunds.filter(isOnItsWay), line.sku)
      return { ...line, shippedQuantity: shipped, refundedQuantity, canceledQuantity: canceled }
    }),
    totals: explained(order.totals, order.lines),
    refunded: { amount: refundedAmount(order), currency },
    shippingAddress: order.shippingAddress,
    billingAddress: order.billingAddress ?? undefined,
    shippingMethod: order.shippingMethod,
    delivery: order.shippingMethod.delivery,
    language: order.language ?? undefined,
    shipments: order.shipments,
    refunds: refunds.map(refundView),
    cancellations: order.refunds.flatMap(cancellationView),
    withdrawals: order.withdrawals ?? [],
    withdrawUntil: withdrawalEnd(order),
    nextAction: order.status === 'awaiting-customer' ? (order.nextAction ?? undefined) : undefined,
    accessKey: order.accessKey,
    placedAt: order.placedAt,
    updatedAt: order.updatedAt,
  }
}
