// The cart as its page shows it: plain data, made on the server and sent to the island that keeps it up to date.
import type { Cart } from '@souk/contracts/orders'
import type { Texts } from '../texts/texts.ts'
import { goodsOf, type LineGoods } from './cart-goods.ts'
import { settlementOf } from './cart-lines.ts'
import { linksIn } from './links.ts'
import type { Shop } from './shop.ts'
import type { Tell } from './told.ts'
import { priceRows, type Row, shippingNote } from './totals.ts'

export interface LineView {
  readonly sku: string
  readonly name: string
  readonly variant: string
  readonly href: string | undefined
  readonly picture: string | undefined
  readonly quantity: number
  readonly unitAmount: number
  readonly unitPrice: string
  /** The price of 1 kg, 1 l ..., in words. */
  readonly perMeasure: string | undefined
  readonly total: string
  /** What has changed since the last view. */
  readonly notes: readonly string[]
  readonly isSellable: boolean
}
export interface Said {
  readonly kind: Tell['kind']
  readonly text: string
  readonly undo?: Tell['undo']
}
export interface CartView {
  readonly currency: string
  readonly count: number
  readonly lines: readonly LineView[]
  readonly rows: readonly Row[]
  readonly total: string
  readonly notes: readonly string[]
  readonly said: readonly Said[]
}

export async function cartView(cart: Cart, shop: Shop, t: Texts, tells: readonly Tell[] = []): Promise<CartView> {
  const goods = await goodsOf(shop, cart.lines, cart.currency, t.language)
  const { rows, total } = priceRows(cart, t)
  return {
    currency: cart.currency,
    count: cart.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    lines: cart.lines.map((line) => lineView(line, cart, goods.get(line.sku) as LineGoods, t)), // It has all lines.
    rows,
    total,
    notes: shippingNote(cart, t),
    said: tells.map(({ kind, text, values, undo }) => ({ kind, text: t(text, values), undo })),
  }
}

function lineView(line: Cart['lines'][number], cart: Cart, goods: LineGoods, t: Texts): LineView {
  const { sku, slug, quantity, unitPrice, lineTotal } = line
  const problem = cart.problems.find((one) => one.sku === sku)
  const isSellable = !problem || ['out-of-stock', 'not-enough-stock'].includes(problem.code)
  return {
    sku,
    name: goods.name,
    variant: goods.variant,
    href: slug && linksIn(t.language).product(slug, sku),
    picture: goods.picture,
    quantity,
    unitAmount: unitPrice.amount,
    unitPrice: isSellable ? t.money(unitPrice) : '',
    perMeasure: goods.unitPrice && perMeasure(goods.unitPrice, t),
    total: isSellable ? t.money(lineTotal) : '',
    notes: notesOf(line, cart, goods.name, t),
    isSellable,
  }
}

export function perMeasure({ price, per }: NonNullable<LineGoods['unitPrice']>, t: Texts): string {
  return `${t.money(price)}/${per === 'm2' ? 'm²' : per}`
}

/** What the customer must know of a line before going on. */
function notesOf(line: Cart['lines'][number], cart: Cart, name: string, t: Texts): string[] {
  const { sku, quantity, unitPrice, previousUnitPrice } = line
  const problem = cart.problems.find((one) => one.sku === sku)
  const notes: string[] = []
  if (problem?.code === 'out-of-stock') notes.push(t('buy.lineSoldOut', { name }))
  else if (problem?.code === 'not-enough-stock')
    notes.push(t('buy.lineFewerLeft', { n: problem.available ?? 0, m: quantity }))
  else if (problem?.code === 'order-too-large') notes.push(t('buy.lineTooLarge'))
  else if (problem) notes.push(t('buy.lineNotForSale', { name }))
  if (previousUnitPrice && !problem) notes.push(priceChanged(name, unitPrice, previousUnitPrice, t))
  if (line.withdrawal === 'excluded') notes.push(t('buy.noWithdrawal'))
  return notes
}

type Price = Cart['lines'][number]['unitPrice']
export function priceChanged(name: string, now: Price, before: Price, t: Texts): string {
  return t('buy.priceChanged', { name, new: t.money(now), old: t.money(before) })
}

/** Whether something in the cart has to change before it can be bought. */
export function hasProblems(cart: Cart): boolean {
  return settlementOf(cart) !== undefined || cart.problems.some(({ code }) => code === 'order-too-large')
}
