// What the form of the cart asks for: other quantities, a line out or in again, a code, or on to the checkout.
import { ProblemError } from '@souk/contracts/client'
import type { Cart } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'
import { addToCart, changeCart, readCart, type Visitor } from './cart.ts'
import { priceTells, putBack, quantityIn, settlementOf, withQuantities, wrongQuantities } from './cart-lines.ts'
import { isAway } from './failures.ts'
import type { Tell } from './told.ts'

type Fields = Readonly<Record<string, string>>
export interface CartOutcome {
  /** The cart as it is then; undefined when it was not changed. */
  readonly cart?: Cart
  readonly tells: readonly Tell[]
  /** True when the way to the checkout is free. */
  readonly isReady?: boolean
  /** What is wrong with the form, by field. */
  readonly errors?: Readonly<Record<string, string>>
  readonly status?: 422 | 429 | 502
}

/** Does what the form asks. Throws only what is a mistake of ours. */
export async function submitCart(fields: Fields, visitor: Visitor, t: Texts): Promise<CartOutcome> {
  try {
    const { do: wish = 'update' } = fields
    if (wish.startsWith('remove:')) return await remove(wish.slice('remove:'.length), visitor)
    if (wish === 'undo') return await undo(fields, visitor)
    if (wish === 'add') return await add(fields, visitor, t)
    if (wish === 'code') return await redeem(fields.code ?? '', visitor, t)
    const wrong = wrongQuantities(fields)
    if (wrong.length > 0)
      return { tells: [], status: 422, errors: Object.fromEntries(wrong.map((name) => [name, t('buy.quantityWrong')])) }
    return wish === 'checkout' ? await goToCheckout(fields, visitor, t) : await update(fields, visitor)
  } catch (error) {
    return {
      tells: [refusal(error)],
      status: isAway(error) ? 502 : error instanceof ProblemError && error.status === 429 ? 429 : 422,
    }
  }
}

/** What to say when the API refuses a change of the cart, or does not answer. Throws mistakes of ours. */
export function refusal(error: unknown): Tell {
  if (isAway(error)) return { kind: 'alert', text: 'buy.notSaved' }
  if (!(error instanceof ProblemError)) throw error
  if (error.code === 'cart-being-bought') return { kind: 'alert', text: 'buy.beingBought' }
  if (error.code === 'sku-unknown') return { kind: 'alert', text: 'buy.goodsUnknown' }
  if (error.status === 429) return { kind: 'alert', text: 'buy.tooManyRequests' }
  return { kind: 'alert', text: 'buy.notSaved' }
}

async function update(fields: Fields, visitor: Visitor): Promise<CartOutcome> {
  const cart = await changeCart(visitor, (before) => ({ ...before, lines: withQuantities(before.lines, fields) }))
  return { cart, tells: [{ kind: 'good', text: 'buy.updated' }] }
}

async function remove(sku: string, visitor: Visitor): Promise<CartOutcome> {
  const before = await readCart(visitor)
  const at = before?.lines.findIndex((line) => line.sku === sku) ?? -1
  const line = before?.lines[at]
  if (!line) return { cart: before, tells: [] }
  const cart = await changeCart(visitor, (input) => ({
    ...input,
    lines: input.lines.filter((one) => one.sku !== sku),
  }))
  const undo = { sku, quantity: line.quantity, at }
  return { cart, tells: [{ kind: 'plain', text: 'buy.removed', values: { name: line.title }, undo }] }
}

async function undo({ sku = '', quantity = '', at = '' }: Fields, visitor: Visitor): Promise<CartOutcome> {
  const line = { sku, quantity: quantityIn(quantity) || 1, at: quantityIn(at) ?? 0 }
  const cart = await changeCart(visitor, (input) => ({ ...input, lines: putBack(input.lines, line) }))
  return { cart, tells: [{ kind: 'good', text: 'buy.backAgain' }] }
}

async function add({ sku = '', quantity = '1' }: Fields, visitor: Visitor, t: Texts): Promise<CartOutcome> {
  const units = quantityIn(quantity)
  if (!units) return { tells: [], status: 422, errors: { quantity: t('buy.quantityWrong') } }
  return { cart: await addToCart(visitor, sku, units), tells: [{ kind: 'good', text: 'buy.added' }] }
}

/** Codes are read without spaces, hyphens and case. One that does not count is taken out again: the order goes on without it. */
async function redeem(typed: string, visitor: Visitor, t: Texts): Promise<CartOutcome> {
  const code = typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{C}]/gu, '')
    .toUpperCase()
    .slice(0, 40)
  if (!code) return { tells: [], status: 422, errors: { code: t('buy.codeMissing') } }
  const cart = await changeCart(visitor, (input) => ({ ...input, codes: [...new Set([...(input.codes ?? []), code])] }))
  if (!cart.problems.some((one) => one.code === 'code-unknown'))
    return { cart, tells: [{ kind: 'good', text: 'buy.codeCounts' }] }
  await changeCart(visitor, (input) => ({ ...input, codes: (input.codes ?? []).filter((one) => one !== code) }))
  return { tells: [], status: 422, errors: { code: t('buy.codeUnknown', { code }) } }
}

/** What cannot be had is taken out before the checkout begins; then the cart is shown again, with what has changed. */
async function goToCheckout(fields: Fields, visitor: Visitor, t: Texts): Promise<CartOutcome> {
  const cart = await changeCart(visitor, (before) => ({ ...before, lines: withQuantities(before.lines, fields) }))
  const settlement = settlementOf(cart)
  if (settlement) {
    const settled = await changeCart(visitor, (before) => ({ ...before, lines: settlement.apply(before.lines) }))
    return { cart: settled, tells: settlement.tells }
  }
  const seen = ({ sku, unitPrice }: Cart['lines'][number]) =>
    /^\d+$/.test(fields[`price:${sku}`] ?? '') ? { ...unitPrice, amount: Number(fields[`price:${sku}`]) } : undefined
  return {
    cart,
    tells: priceTells(cart.lines, seen, t),
    isReady: cart.lines.length > 0 && !cart.problems.some(({ code }) => code === 'order-too-large'),
  }
}
