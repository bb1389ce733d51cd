// The order that a cart becomes, or why it cannot become one. Pure functions.
import { type CartInput, ordersApi } from '@souk/contracts/orders'
import type { PaymentChoice } from '@souk/contracts/payments'
import { refuse } from '@souk/service'
import type { PricedCart } from '../cart/price-cart.ts'
import { canShipTo } from '../cart/shipping.ts'
import type { NewOrder } from '../order/order.ts'

const route = ordersApi.routes.checkout
/** The contract's money holds no larger amounts. */
const largestTotal = 1_000_000_000_00

export interface Checkout {
  orderId: string
  cartId: string
  customerId: string | undefined
  expectedTotal: { amount: number; currency: string }
  payment: PaymentChoice
  returnUrl: string
  accessKey: string
  at: string
}

/**
 * The order that a cart becomes. Refuses when something is missing, or when the total is not the one that the customer saw.
 */
export function newOrder(checkout: Checkout, cart: CartInput, priced: PricedCart): NewOrder {
  const { email, shippingAddress } = cart
  const { shippingMethod, totals } = priced
  if (shippingAddress && !canShipTo(shippingAddress.country)) {
    refuse(route, 'cannot-ship-there', `We do not ship to ${shippingAddress.country} yet.`)
  }
  if (!email || !shippingAddress || !shippingMethod || priced.lines.length === 0 || priced.unsellable.length > 0) {
    refuse(route, 'cart-incomplete', `The cart still needs ${inWords(missingIn(cart, priced))}.`, {
      missing: missingIn(cart, priced),
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
  return {
    id: checkout.orderId,
    cartId: checkout.cartId,
    customerId: checkout.customerId ?? null,
    email,
    status: 'checking-out',
    version: 1,
    cancelReason: null,
    cancelDetail: null,
    lines: priced.lines,
    totals,
    shippingAddress,
    billingAddress: cart.billingAddress ?? null,
    shippingMethod,
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
  }
}

function missingIn(cart: CartInput, priced: PricedCart): string[] {
  return [
    ...(cart.email ? [] : ['email']),
    ...(cart.shippingAddress ? [] : ['shippingAddress']),
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
