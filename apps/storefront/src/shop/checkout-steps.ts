// The steps of the checkout, which one is missing, and where a visitor is led who cannot be at a step yet, or any more.
import type { Cart } from '@souk/contracts/orders'
import { isUnderWay, orderOfAttempt } from './attempt.ts'
import { isSignedOutOfCart, readCart, type Visitor } from './cart.ts'
import { setCookie } from './cookies.ts'
import { isAway } from './failures.ts'
import type { Links } from './links.ts'
import { findPaymentOption } from './payment-choices.ts'
import { hasSession } from './signed-in.ts'
import type { Visit } from './visit.ts'

export const steps = ['contact', 'delivery', 'payment', 'review'] as const
export type Step = (typeof steps)[number]

/** The first step that is not complete. */
export function missingStep(cart: Cart, payment: unknown): Step {
  if (!cart.email || !cart.shippingAddress) return 'contact'
  if (!cart.shippingMethod) return 'delivery'
  return payment ? 'review' : 'payment'
}

export type Opened =
  | { readonly cart: Cart; readonly missing: Step }
  /** The visitor belongs elsewhere. */
  | { readonly to: string }
  /** The session has ended, and the cart is the customer's. */
  | { readonly isSignedOut: true }
  /** The part of the shop that keeps carts does not answer. */
  | { readonly isAway: true }

/** Opens a step: with the cart, or with where to go instead. */
export async function openStep(step: Step, visitor: Visitor, links: Links, visit: Visit): Promise<Opened> {
  try {
    const cart = await readCart(visitor)
    if (isSignedOutOfCart(visitor, cart)) return { isSignedOut: true }
    if (cart?.status !== 'open') {
      const order = await orderOfAttempt(visitor)
      return { to: order && isUnderWay(order) ? links.order(order.id) : links.cart }
    }
    if (cart.lines.length === 0) return { to: await placeWithoutLines(visitor, links) }
    if (hasSession(visitor.cookies) && !visitor.cookies.has('souk_cart'))
      setCookie(visitor.cookies, visitor.url, 'souk_cart', cart.id)
    const missing = missingStep(cart, findPaymentOption(visit, visitor.cookies.get('souk_payment')?.value))
    if (steps.indexOf(missing) < steps.indexOf(step)) return { to: links.checkout(missing) }
    return { cart, missing }
  } catch (error) {
    if (isAway(error)) return { isAway: true }
    throw error
  }
}

/** The order that has just been placed, or the empty cart. */
async function placeWithoutLines(visitor: Visitor, links: Links): Promise<string> {
  const order = await orderOfAttempt(visitor)
  return order && isUnderWay(order) ? links.order(order.id) : links.cart
}
