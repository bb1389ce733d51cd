// The order that this browser has just placed, for its page: after the button was pressed, and when the customer comes back from the bank.
import type { Order } from '@souk/contracts/orders'
import type { AstroCookies } from 'astro'
import { attemptIn } from './attempt.ts'
import { forgetCart } from './cart.ts'
import { isPaid } from './place-order.ts'

/** True while this order is the purchase under way in this browser, or the last one, and nothing has been sent or given back since. */
export function isJustBought(cookies: AstroCookies, order: Order): boolean {
  const isNew = order.shipments.length === 0 && order.refunds.length === 0 && order.cancellations.length === 0
  return isNew && attemptIn(cookies)?.orderId === order.id && !isCanceledByHand(order)
}

/** The customer has asked for it, so the order's own page says what follows. */
function isCanceledByHand({ status, cancelReason }: Order): boolean {
  return status === 'canceled' && ['by-customer', 'by-staff'].includes(cancelReason ?? '')
}

/** Lets go of the cart that became this order. Call it before the page of the order is rendered. */
export function settleCart(cookies: AstroCookies, order: Order): void {
  const attempt = attemptIn(cookies)
  const isItsCart = attempt?.orderId === order.id && cookies.get('souk_cart')?.value === attempt.cartId
  if (isItsCart && isPaid(order)) forgetCart({ cookies })
}
