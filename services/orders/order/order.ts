// The order: what it holds, what is left of it to send and to refund, and how it is shown. Pure functions.
import type { OrderStatus, Order as OrderView, Totals } from '@souk/contracts/orders'
import type { PaymentChoice } from '@souk/contracts/payments'
import type { PricedLine } from '../cart/price-cart.ts'

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
  shippingMethod: OrderView['shippingMethod']
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
export type OrderRefund = OrderView['refunds'][number] & { lines: RefundLine[] }
export interface RefundLine {
  sku: string
  quantity: number
  /** How many of the units were not shipped when the refund was requested; they will not be. */
  unshipped: number
}

/** The number as people use it: S-100042. */
export function orderNumber({ number }: { number: number }): string {
  return `S-${number}`
}

export function itemCount(order: Pick<Order, 'lines'>): number {
  return order.lines.reduce((sum, line) => sum + line.quantity, 0)
}

/** How many units of a line were shipped, were refunded or are being refunded, and are left to ship. */
export function unitsOf(order: Order, { sku, quantity }: { sku: string; quantity: number }) {
  const shipped = unitsIn(order.shipments, sku)
  const refunds = order.refunds.filter((refund) => refund.status !== 'failed').flatMap((refund) => refund.lines)
  const ofSku = refunds.filter((line) => line.sku === sku)
  const refunded = ofSku.reduce((sum, line) => sum + line.quantity, 0)
  const withdrawn = ofSku.reduce((sum, line) => sum + line.unshipped, 0)
  return { shipped, refunded, left: Math.max(0, quantity - shipped - withdrawn) }
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

/** The amount of the refunds that have succeeded, in minor units. */
export function refundedAmount({ refunds }: Order): number {
  return sumOf(refunds.filter((refund) => refund.status === 'refunded'))
}
/** The amount that was neither refunded nor is being refunded, in minor units. */
export function refundableAmount({ totals, refunds }: Order): number {
  return totals.total.amount - sumOf(refunds.filter((refund) => refund.status !== 'failed'))
}
function sumOf(refunds: readonly OrderRefund[]): number {
  return refunds.reduce((sum, refund) => sum + refund.amount.amount, 0)
}

/** The order as the API shows it. */
export function orderView(order: Order): OrderView {
  const { currency } = order.totals.total
  return {
    id: order.id,
    number: orderNumber(order),
    status: order.status,
    cancelReason: order.cancelReason ?? undefined,
    email: order.email,
    lines: order.lines.map((line) => {
      const { shipped, refunded } = unitsOf(order, line)
      return { ...line, shippedQuantity: shipped, refundedQuantity: refunded }
    }),
    totals: order.totals,
    refunded: { amount: refundedAmount(order), currency },
    shippingAddress: order.shippingAddress,
    billingAddress: order.billingAddress ?? undefined,
    shippingMethod: order.shippingMethod,
    shipments: order.shipments,
    refunds: order.refunds,
    nextAction: order.status === 'awaiting-customer' ? (order.nextAction ?? undefined) : undefined,
    accessKey: order.accessKey,
    placedAt: order.placedAt,
    updatedAt: order.updatedAt,
  }
}
