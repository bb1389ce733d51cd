// What follows when the shop has refused an order: the cart is settled where the stock asks for it, and the customer is led to the step
// that helps, with what happened in words.
import { setTimeout } from 'node:timers/promises'
import type { ProblemError } from '@souk/contracts/client'
import type { Cart } from '@souk/contracts/orders'
import { newAttempt } from './attempt.ts'
import { changeCart, forgetCart, readCart } from './cart.ts'
import { settlementOf } from './cart-lines.ts'
import { missingStep } from './checkout-steps.ts'
import type { Buyer, Placed, Seen } from './purchase.ts'
import type { Tell } from './told.ts'
import { totalOf } from './totals.ts'

/** What the cart says of stock is so old at most. */
const stockHintMs = 600
/** The order of these attempts is canceled; the next one needs another id. */
const endsAttempt = ['payment-declined', 'out-of-stock', 'too-many-reservations', 'provider-unknown']

export async function settleAfterRefusal(error: ProblemError, seen: Seen, buyer: Buyer): Promise<Placed> {
  const { cookies, url, links } = buyer
  if (endsAttempt.includes(error.code)) newAttempt(cookies, url, seen.cartId)
  const tell = (text: Tell['text'], values?: Tell['values']): Tell => ({ kind: 'alert', text, values })
  switch (error.code) {
    case 'payment-declined':
      return { to: links.checkout('payment'), tells: [tell('buy.declined')] }
    case 'provider-unknown':
      return { to: links.checkout('payment'), tells: [tell('buy.cardNotTaken')] }
    case 'out-of-stock':
      return settleStock(error, seen, buyer)
    case 'price-changed':
      return { to: links.checkout('review'), tells: await changedPrices(seen, buyer) }
    case 'cart-changed':
    case 'invalid-request': // A form that was not filled by us; the review has the right one.
      return { to: links.checkout('review'), tells: [tell('buy.cartChanged')] }
    case 'cart-being-bought':
      return { to: links.cart, tells: [tell('buy.beingBought')] }
    case 'cart-ordered':
      forgetCart(buyer)
      return { to: links.cart, tells: [tell('buy.alreadyOrdered')] }
    case 'cart-not-found':
      return { to: links.cart, tells: [] }
    case 'cannot-ship-there':
      return { to: links.checkout('contact'), tells: [tell('buy.cannotShipTo')] }
    case 'cart-incomplete':
      return settleIncomplete(error, seen, buyer)
  }
  if (error.status !== 429) throw error
  const minutes = Math.max(1, Math.ceil(Number(error.problem.retryAfterSeconds ?? 60) / 60))
  return { to: links.checkout('review'), tells: [tell('buy.tooManyTries', { minutes })] }
}

/** Takes out what has sold out, and lowers what is not there in full. */
async function settleStock(error: ProblemError, seen: Seen, buyer: Buyer): Promise<Placed> {
  const { links } = buyer
  const missing = Array.isArray(error.problem.missing) ? error.problem.missing.map(String) : []
  let cart = await readCart(buyer)
  if (!cart) return { to: links.cart, tells: [] }
  const isExplained = (one: Cart) => missing.every((sku) => one.problems.some((problem) => problem.sku === sku))
  if (!isExplained(cart)) {
    await setTimeout(stockHintMs)
    cart = (await readCart(buyer)) ?? cart
  }
  // The second of two clicks finds a cart that the first has settled.
  const settlement = settlementOf(cart, cart.version === seen.version ? missing : [])
  if (!settlement) return { to: links.checkout('review'), tells: [{ kind: 'alert', text: 'buy.cartChanged' }] }
  const settled = await changeCart(buyer, (input) => ({ ...input, lines: settlement.apply(input.lines) }))
  return { to: settled.lines.length > 0 ? links.checkout('review') : links.cart, tells: settlement.tells }
}

async function settleIncomplete(error: ProblemError, seen: Seen, buyer: Buyer): Promise<Placed> {
  const cart = await readCart(buyer)
  if (!cart || cart.lines.length === 0) return { to: buyer.links.cart, tells: [] }
  if (settlementOf(cart)) return settleStock(error, seen, buyer)
  const step = missingStep(cart, seen.option)
  return { to: buyer.links.checkout(step), tells: [{ kind: 'alert', text: 'buy.stepMissing' }] }
}

/** Which prices have changed since the cart was stored; the total, when it is none of them. */
async function changedPrices(seen: Seen, buyer: Buyer): Promise<Tell[]> {
  const { t } = buyer
  const cart = await readCart(buyer)
  if (!cart) return []
  // The review says of each line what it costs now and cost before.
  if (cart.lines.some(({ previousUnitPrice }) => previousUnitPrice)) return []
  const values = { new: t.money(totalOf(cart)), old: t.money(seen.total) }
  return [{ kind: 'alert', text: 'buy.totalChanged', values }]
}
