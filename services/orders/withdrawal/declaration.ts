// What a declaration of withdrawal means for an order. Pure functions.
import { createHash } from 'node:crypto'
import type { BodyOf } from '@souk/contracts'
import type { ordersApi } from '@souk/contracts/orders'
import { mergeLines } from '../cart/price-cart.ts'
import { isOpen, type Order } from '../order/order.ts'
import { numberIn } from '../order/order-number.ts'
import { isLate } from './withdrawal-period.ts'

export type Declaration = BodyOf<typeof ordersApi.routes.withdraw>
export interface Assessment {
  isLate: boolean
  /** Declared goods for which there is no right of withdrawal. */
  excluded: { sku: string; title: string }[]
  /** Nothing was sent, and all of the order is declared: it can be canceled as a whole. */
  isCancelable: boolean
}

/** Equal for two declarations that say the same. */
export function fingerprintOf({ name, number, email, lines, statement }: Declaration): string {
  const units = lines && mergeLines(lines).sort((one, other) => (one.sku < other.sku ? -1 : 1))
  const order = numberIn(number) || number.toLowerCase()
  const said = [order, email.toLowerCase(), name.toLowerCase(), units ?? null, statement ?? '']
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url')
}

/** What the declaration means for the order at this time. Lines that the order does not have change nothing. */
export function assess(order: Order, lines: Declaration['lines'], at: Date): Assessment {
  const declared = lines && new Map(mergeLines(lines).map(({ sku, quantity }) => [sku, quantity]))
  const unitsOf = (line: Order['lines'][number]) => (declared ? (declared.get(line.sku) ?? 0) : line.quantity)
  const excluded = order.lines.filter((line) => line.withdrawal === 'excluded' && unitsOf(line) > 0)
  const isWhole = order.lines.every((line) => unitsOf(line) >= line.quantity)
  const isUnsent = isOpen(order) || order.status === 'paid'
  return {
    isLate: isLate(order, at),
    excluded: excluded.map(({ sku, title }) => ({ sku, title })),
    isCancelable: isUnsent && isWhole && excluded.length === 0,
  }
}

/** The entry in the timeline, for the customer and for staff. */
export function entryOf(order: Order, lines: Declaration['lines'], { isLate, excluded }: Assessment): string {
  const titles = new Map(order.lines.map(({ sku, title }) => [sku, title]))
  const units = lines && mergeLines(lines).map(({ sku, quantity }) => `${quantity} × ${titles.get(sku) ?? sku}`)
  const what = units ? units.join(', ') : 'the whole order'
  const late = isLate ? ' The period of withdrawal had ended.' : ''
  const without =
    excluded.length > 0 ? ` There is no right of withdrawal for ${excluded.map(({ title }) => title).join(', ')}.` : ''
  return `A withdrawal was declared: ${what}.${late}${without}`
}
