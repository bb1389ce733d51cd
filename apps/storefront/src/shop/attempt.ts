// The purchase under way in this browser: the id of the order, chosen before the review is shown, and the cart that it is for. Double
// clicks, reloads and the back button send the same id, so they find the first order.
import { randomUUID } from 'node:crypto'
import { ProblemError } from '@souk/contracts/client'
import type { Order } from '@souk/contracts/orders'
import type { AstroCookies } from 'astro'
import type { Visitor } from './cart.ts'
import { setCookie } from './cookies.ts'
import { keepOrderKey, orderKeyHeader, orderKeyOf } from './order-keys.ts'

export interface Attempt {
  readonly orderId: string
  readonly cartId: string
}
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function attemptIn(cookies: AstroCookies): Attempt | undefined {
  const [orderId = '', cartId = ''] = cookies.get('souk_attempt')?.value.split('.') ?? []
  return uuid.test(orderId) && uuid.test(cartId) ? { orderId, cartId } : undefined
}

/** A new order id for this cart. */
export function newAttempt(cookies: AstroCookies, url: URL, cartId: string): Attempt {
  const attempt = { orderId: randomUUID(), cartId }
  setCookie(cookies, url, 'souk_attempt', `${attempt.orderId}.${cartId}`)
  return attempt
}

/** The attempt for this cart; a new one when the last was for another cart. */
export function attemptFor(cookies: AstroCookies, url: URL, cartId: string): Attempt {
  const attempt = attemptIn(cookies)
  return attempt?.cartId === cartId ? attempt : newAttempt(cookies, url, cartId)
}

/**
 * The order of the attempt of this browser, or undefined when there is none yet. The ids of order and cart together open it to a
 * guest who never got the answer with the key. Throws when nothing answers.
 */
export async function orderOfAttempt(visitor: Visitor): Promise<Order | undefined> {
  const { shop, cookies, url } = visitor
  const attempt = attemptIn(cookies)
  if (!attempt) return undefined
  const { orderId: id, cartId } = attempt
  const headers = orderKeyOf(cookies, id) ? orderKeyHeader(cookies, id) : { 'cart-id': cartId }
  try {
    const order = await shop.orders.read({ params: { id }, headers })
    if (order.accessKey) keepOrderKey(cookies, url, id, order.accessKey)
    return order
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined // It was never placed.
    throw error
  }
}

/** True while the order may still be paid, or is. */
export function isUnderWay({ status }: Pick<Order, 'status'>): boolean {
  return status !== 'canceled'
}
