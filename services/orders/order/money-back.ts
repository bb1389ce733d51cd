// What staff asks to give back for units and for shipping, checked against what is left. Refunds and cancellations share it.
// Pure functions.
import type { BodyOf, Money } from '@souk/contracts'
import type { ordersApi } from '@souk/contracts/orders'
import { amountOf, type Draft, type MoneyLeft, moneyLeft, shareOf } from './money-left.ts'
import type { Order } from './order.ts'
import { refuseMove } from './refuse-move.ts'

type Routes = typeof ordersApi.routes
/** Both refuse with invalid-refund and refund-too-large. */
export type MoneyRoute = Routes['refund'] | Routes['cancelUnits']

/** Units of one line, and how much is asked to go back for them; without `back`, their share. */
export interface AskedLine {
  sku: string
  quantity: number
  back?: Money
}

/** Adds up lines with one SKU. Refuses a SKU that is not in the order, and one that has an amount and stands in several lines. */
export function askedLines(route: MoneyRoute, order: Order, lines: readonly AskedLine[]): AskedLine[] {
  const bySku = new Map<string, AskedLine>()
  for (const line of lines) {
    const { sku, quantity } = line
    if (!order.lines.some((one) => one.sku === sku))
      refuseMove(route, order, 'invalid-refund', `${sku} is not in it.`, { sku })
    const first = bySku.get(sku)
    if (first && (first.back || line.back))
      refuseMove(route, order, 'invalid-refund', `name the amount for ${sku} in one line.`, { sku })
    bySku.set(sku, first ? { ...first, quantity: first.quantity + quantity } : line)
  }
  return [...bySku.values()]
}

/** What goes back for units of a line: their share, or the amount that was asked, which is no more than that. */
export function backForUnits(route: MoneyRoute, order: Order, asked: AskedLine, money: MoneyLeft) {
  const line = money.lines.find(({ sku }) => sku === asked.sku) as MoneyLeft['lines'][number] // askedLines has found it.
  const share = shareOf(line, asked.quantity)
  const amount = asked.back ? amountIn(route, order, asked.back) : share
  if (amount > share) tooLarge(route, order, 'items', share, `the share of ${asked.quantity} of ${asked.sku} is less.`)
  return { amount, share }
}

/** What goes back of the shipping costs, in minor units. */
export function shippingBack(
  route: MoneyRoute,
  order: Order,
  asked: BodyOf<Routes['refund']>['shipping'],
  { shipping }: MoneyLeft,
): number {
  if (!asked) return 0
  const amount = asked === true ? shipping.amount : amountIn(route, order, asked)
  const isNothing = asked === true ? amount === 0 : amount > shipping.amount
  if (isNothing) tooLarge(route, order, 'shipping', shipping.amount, 'less is left of its shipping costs.')
  return amount
}

/** An amount in minor units of the order's currency. */
export function amountIn(route: MoneyRoute, order: Order, { amount, currency }: Money): number {
  const paidIn = order.totals.total.currency
  if (currency !== paidIn) refuseMove(route, order, 'invalid-refund', `it was paid in ${paidIn}.`)
  if (amount < 0) refuseMove(route, order, 'invalid-refund', 'an amount that goes back is not negative.')
  return amount
}

/** Refuses a draft that exceeds what is left of everything that was paid. */
export function refuseTooMuch(route: MoneyRoute, order: Order, draft: Draft): void {
  const left = Math.max(0, moneyLeft(order).total.amount)
  if (amountOf(draft) > left) tooLarge(route, order, 'total', left, 'less is left of what was paid.')
}

/** `purpose` says of what too little is left. */
export function tooLarge(
  route: MoneyRoute,
  order: Order,
  purpose: 'items' | 'shipping' | 'total',
  left: number,
  why: string,
): never {
  const { currency } = order.totals.total
  refuseMove(route, order, 'refund-too-large', why, { purpose, left: { amount: left, currency } })
}
