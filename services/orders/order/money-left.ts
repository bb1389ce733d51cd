// What was paid for the lines and for the shipping of an order, how much of it is left to give back, and what a refund is
// made of. Amounts are minor units and contain their tax. Pure functions.
import { share } from '../cart/tax.ts'
import { isOnItsWay, type Order, type Part, type Parts, type RefundLine, refundableAmount, unitsOf } from './order.ts'

export interface LineLeft {
  sku: string
  /** What was paid for the line and has not gone back. */
  left: Part
  /** The units whose money is not settled, and their share of what was paid for the line. */
  units: number
  share: number
}
export interface MoneyLeft {
  /** Of everything that was paid. Less than the sum of the others where goodwill has gone back. */
  total: Part
  shipping: Part
  lines: LineLeft[]
}

/** What is left of an order's money. What a pending refund takes counts as taken. */
export function moneyLeft(order: Order): MoneyLeft {
  const { lines, totals } = order
  const refunds = order.refunds.filter(isOnItsWay)
  const taken = (partOf: (parts: Parts) => Part) => addUp(refunds.map(({ parts }) => partOf(parts)))
  const paid = lines.map((line) => ({
    amount: line.lineTotal.amount + (totals.taxIncluded ? 0 : line.tax.amount),
    tax: line.tax.amount,
  }))
  const total = { amount: totals.total.amount, tax: totals.tax.amount }
  const refunded = addUp(refunds.flatMap(({ parts }) => Object.values(parts)))
  return {
    total: { amount: refundableAmount(order), tax: Math.max(0, total.tax - refunded.tax) },
    shipping: without(
      without(total, addUp(paid)),
      taken((parts) => parts.shipping),
    ),
    lines: lines.map((line, index) => {
      const ofLine = refunds.flatMap((refund) => refund.lines.filter(({ sku }) => sku === line.sku))
      const paidForLine = paid[index] as Part // There is one for each line.
      const shares = ofLine.reduce((sum, one) => sum + one.share, 0)
      return {
        sku: line.sku,
        left: without(paidForLine, addUp(ofLine)),
        units: Math.max(0, line.quantity - unitsOf(order, line).settled),
        share: Math.max(0, paidForLine.amount - shares),
      }
    }),
  }
}

/**
 * The share of some units of a line: a part of what has no share yet, rounded half up. So the shares of all units add up to
 * what was paid for the line, in whatever order they go and whichever refund fails.
 */
export function shareOf({ left, units, share: shareLeft }: LineLeft, quantity: number): number {
  return units === 0 ? 0 : Math.min(left.amount, share(shareLeft, quantity, units))
}

/** What goes back, before its tax is known. */
export interface Draft {
  lines: Omit<RefundLine, 'tax'>[]
  shipping: number
  goodwill: number
}

export function amountOf({ lines, shipping, goodwill }: Draft): number {
  return lines.reduce((sum, line) => sum + line.amount, 0) + shipping + goodwill
}

/**
 * A draft with its tax. Each part takes the tax that is in what is left of its line, of the shipping, or of everything. Where
 * goodwill has shifted the sums, the tax is bounded so that the last refund can take all the tax that is left.
 */
export function withTax(order: Order, draft: Draft): { amount: number; parts: Parts; lines: RefundLine[] } {
  const money = moneyLeft(order)
  let rest = money.total
  const take = (amount: number, from: Part): Part => {
    const usual = from.amount > 0 ? share(from.tax, Math.min(amount, from.amount), from.amount) : 0
    const least = Math.max(0, rest.tax - Math.max(0, rest.amount - amount))
    const tax = Math.max(least, Math.min(usual, amount, rest.tax))
    rest = { amount: rest.amount - amount, tax: rest.tax - tax }
    return { amount, tax }
  }
  const lines = draft.lines.map((line) => {
    const from = money.lines.find(({ sku }) => sku === line.sku)?.left ?? { amount: 0, tax: 0 }
    return { ...line, tax: take(line.amount, from).tax }
  })
  const shipping = take(draft.shipping, money.shipping)
  const goodwill = take(draft.goodwill, rest)
  return { amount: amountOf(draft), parts: { items: addUp(lines), shipping, goodwill }, lines }
}

/** All that is left of an order: its units, and its money, first that of the lines, then that of the shipping. */
export function allThatIsLeft(order: Order, restock = false): Draft {
  const money = moneyLeft(order)
  let rest = Math.max(0, money.total.amount)
  const take = (most: number) => {
    const amount = Math.min(most, rest)
    rest -= amount
    return amount
  }
  const lines = money.lines.flatMap((line, index) => {
    const amount = take(line.left.amount)
    if (line.units === 0 && amount === 0) return []
    const { left, returnable } = unitsOf(order, order.lines[index] as Order['lines'][number])
    const unshipped = Math.min(line.units, left)
    const restocked = restock ? Math.min(line.units - unshipped, returnable) : 0
    return [{ sku: line.sku, quantity: line.units, unshipped, restocked, amount, share: line.share }]
  })
  return { lines, shipping: take(money.shipping.amount), goodwill: rest }
}

/** The same refund, as far as other refunds have left it possible. What is no longer left of lines or shipping is goodwill. */
export function asFarAsLeft(order: Order, { amount, parts, lines }: RefundToFit): Draft {
  const money = moneyLeft(order)
  const fitting = lines.flatMap((line) => {
    const now = money.lines.find(({ sku }) => sku === line.sku)
    const bought = order.lines.find(({ sku }) => sku === line.sku)
    if (!now || !bought) return []
    const { left, returnable } = unitsOf(order, bought)
    const quantity = Math.min(line.quantity, now.units)
    const unshipped = Math.min(line.unshipped, left, quantity)
    const restocked = Math.min(line.restocked, quantity - unshipped, returnable)
    const back = Math.min(line.amount, now.left.amount)
    return [{ sku: line.sku, quantity, unshipped, restocked, amount: back, share: Math.min(line.share, now.share) }]
  })
  const shipping = Math.min(parts.shipping.amount, money.shipping.amount)
  const named = amountOf({ lines: fitting, shipping, goodwill: 0 })
  return { lines: fitting, shipping, goodwill: amount.amount - named }
}
type RefundToFit = Pick<Order['refunds'][number], 'amount' | 'parts' | 'lines'>

function addUp(parts: readonly Part[]): Part {
  return parts.reduce((sum, { amount, tax }) => ({ amount: sum.amount + amount, tax: sum.tax + tax }), {
    amount: 0,
    tax: 0,
  })
}
function without(whole: Part, part: Part): Part {
  return { amount: Math.max(0, whole.amount - part.amount), tax: Math.max(0, whole.tax - part.tax) }
}
