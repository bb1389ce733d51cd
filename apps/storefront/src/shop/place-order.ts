// Places the order of the review. The order id was chosen before, so a second click, a reload and a lost answer find the first order, and
// nothing is charged twice. Each refusal leads to the place where the customer can do something about it, with what happened in words.
import { ProblemError } from '@souk/contracts/client'
import type { Order } from '@souk/contracts/orders'
import { type Attempt, attemptFor, isUnderWay, newAttempt, orderOfAttempt } from './attempt.ts'
import { forgetCart } from './cart.ts'
import { isAway } from './failures.ts'
import type { Links } from './links.ts'
import { keepOrderKey, orderKeyHeader } from './order-keys.ts'
import type { Buyer, Placed, Seen } from './purchase.ts'
import { settleAfterRefusal } from './settle-refusal.ts'

/** The id of an attempt that has ended is replaced, and the order sent once more. A cart becomes one order, so this charges nobody twice. */
const ended = ['order-canceled', 'order-id-reused', 'order-id-taken']

/** Places the order. Throws only what is a mistake of ours. */
export async function placeOrder(seen: Seen, buyer: Buyer): Promise<Placed> {
  const { cookies, url } = buyer
  let attempt = attemptFor(cookies, url, seen.cartId)
  try {
    return await send(seen, attempt, buyer)
  } catch (error) {
    if (!(error instanceof ProblemError && ended.includes(error.code))) return await explain(error, seen, buyer)
  }
  attempt = newAttempt(cookies, url, seen.cartId)
  try {
    return await send(seen, attempt, buyer)
  } catch (error) {
    return await explain(error, seen, buyer)
  }
}

async function send(seen: Seen, { orderId, cartId }: Attempt, buyer: Buyer): Promise<Placed> {
  const { shop, cookies, url, links, openedAt } = buyer
  const checkOut = (returnUrl: string) =>
    shop.orders.checkout({
      params: { orderId },
      headers: orderKeyHeader(cookies, orderId),
      body: {
        cartId,
        cartVersion: seen.version,
        expectedTotal: seen.total,
        payment: seen.option.choice,
        returnUrl,
      },
    })
  const path = links.order(orderId)
  // The cookies of this purchase are at the address that the shop was opened at. Orders decides whether the bank may lead there.
  const order = await checkOut(openedAt ? openedAt + path : path).catch((error) => {
    if (openedAt && error instanceof ProblemError && error.code === 'return-url-not-allowed') return checkOut(path)
    throw error
  })
  if (order.accessKey) keepOrderKey(cookies, url, orderId, order.accessKey)
  if (isPaid(order)) forgetCart(buyer)
  return { to: placeOf(order, links), tells: [] }
}

/** The bank while it waits for the customer, or else the page of the order. */
export function placeOf(order: Order, links: Links): string {
  return order.status === 'awaiting-customer' && order.nextAction ? links.checkout('bank') : links.order(order.id)
}

export function isPaid({ status }: Pick<Order, 'status'>): boolean {
  return ['paid', 'partially-shipped', 'shipped'].includes(status)
}

async function explain(error: unknown, seen: Seen, buyer: Buyer): Promise<Placed> {
  if (!(error instanceof ProblemError) && !isAway(error)) throw error
  const isUnclear = isAway(error)
  const code = error instanceof ProblemError && !isUnclear ? error.code : ''
  const isTaken = ['cart-being-bought', 'cart-ordered', 'cart-not-found'].includes(code)
  if (isUnclear || isTaken) {
    const order = await findPlaced(buyer)
    if (order) return { to: placeOf(order, buyer.links), tells: [] }
    if (isUnclear) return { tells: [{ kind: 'alert', text: 'buy.notSure' }] }
  }
  return settleAfterRefusal(error as ProblemError, seen, buyer) // What is unclear has returned above.
}

/** The order, when it has been placed after all. */
async function findPlaced(buyer: Buyer): Promise<Order | undefined> {
  try {
    const order = await orderOfAttempt(buyer)
    return order && isUnderWay(order) ? order : undefined
  } catch (error) {
    if (isAway(error)) return undefined // It is as unclear as before.
    throw error
  }
}
