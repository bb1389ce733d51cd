// The order that a cart becomes, or why it cannot become one. Pure functions.
import { largestTotal } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import type { PaymentChoice } from '@souk/contracts/payments'
import { refuse } from '@souk/service'
import type { PricedSnapshot } from '../cart/priced-cart-cache.ts'
import { canShipTo, deliveryOf } from '../cart/shipping.ts'
import type { NewOrder } from '../order/order.ts'

const route = ordersApi.routes.checkout

export interface Checkout {
  orderId: string
  cartId: string
  /** Who is signed in. */
  customerId: string | undefined
  /** The version of the cart that the customer saw. */
  cartVersion: number | undefined
  expectedTotal: { amount: number; currency: string }
  payment: PaymentChoice
  returnUrl: string
  accessKey: string
  /** The client's network as a keyed hash. */
  network: string | undefined
  at: string
}

type CartToOrder = Omit<PricedSnapshot, 'pricesVersion'>
/**
 * The order that a cart becomes. Refuses when something is missing, or when the cart or its total is not the one that the customer
 * saw.
 */
export function newOrder(checkout: Checkout, cart: CartToOrder): NewOrder {
  const { body, priced, cartVersion } = cart
  const { email, shippingAddress } = body
  const { shippingMethod, totals } = priced
  if (checkout.cartVersion !== undefined && checkout.cartVersion !== cartVersion) {
    refuse(route, 'cart-changed', 'The cart has changed. Look at it again before you buy.', { version: cartVersion })
  }
  if (shippingAddress && !canShipTo(shippingAddress.country)) {
    refuse(route, 'cannot-ship-there', `We do not ship to ${shippingAddress.country} yet.`)
  }
  const missing = missingIn(cart)
  if (!email || !shippingAddress || !shippingMethod || priced.lines.length === 0 || priced.unsellable.length > 0) {
    refuse(route, 'cart-incomplete', `The cart still needs ${inWords(missing)}.`, {
      missing,
      problems: priced.problems,
    })
  }
  if (totals.total.amount > largestTotal) {
    refuse(route, 'cart-incomplete', 'This is more than one order can hold. Split the cart.', { missing: [] })
  }
  const { amount, currency } = checkout.expectedTotal
  if (amount !== totals.total.amount || currency !== totals.total.currency) {
    refuse(route, 'price-changed', 'The total has changed. Look at the cart again before you buy.', { totals })
  }
  const { taxes, ...orderTotals } = totals
  const { id: methodId, name, price } = shippingMethod
  const delivery = deliveryOf(methodId, shippingAddress.country, new Date(checkout.at))
  return {
    id: checkout.orderId,
    cartId: checkout.cartId,
    customerId: cart.customerId ?? checkout.customerId ?? null,
    email,
    status: 'checking-out',
    version: 1,
    cancelReason: null,
    cancelDetail: null,
    lines: priced.lines,
    totals: orderTotals,
    shippingAddress,
    billingAddress: body.billingAddress ?? null,
    shippingMethod: { id: methodId, name, price, delivery },
    language: body.language ?? null,
    paymentChoice: checkout.payment,
    returnUrl: checkout.returnUrl,
    nextAction: null,
    deadlineAt: null,
    paidAt: null,
    placedAt: checkout.at,
    updatedAt: checkout.at,
    shipments: [],
    refunds: [],
    accessKey: checkout.accessKey,
    network: checkout.network ?? null,
  }
}

function missingIn({ body, priced }: CartToOrder): string[] {
  return [
    ...(body.email ? [] : ['email']),
    ...(body.shippingAddress ? [] : ['shippingAddress']),
    ...(priced.shippingMethod ? [] : ['shippingMethod']),
    ...(priced.lines.length > 0 && priced.unsellable.length === 0 ? [] : ['lines']),
  ]
}
const words: Record<string, string> = {
  email: 'an e-mail address',
  shippingAddress: 'a shipping address',
  shippingMethod: 'a shipping method',
  lines: 'lines that are for sale',
}
function inWords(missing: readonly string[]): string {
  return missing.map((one) => words[one]).join(', ')
}
