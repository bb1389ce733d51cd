// Makes the refund that is stored and requested from what goes back of an order. Pure.
import { type Draft, withTax } from './money-left.ts'
import type { Order, OrderRefund } from './order.ts'

/** A refund whose money has not moved yet. One of nothing has succeeded at once: only units are canceled. */
export function newRefund(
  order: Order,
  draft: Draft,
  { id, reason, at }: { id: string; reason: string; at: string },
): OrderRefund {
  const { amount, parts, lines } = withTax(order, draft)
  const { currency } = order.totals.total
  const status = amount > 0 ? ('pending' as const) : ('refunded' as const)
  return { id, status, amount: { amount, currency }, parts, lines, reason, createdAt: at }
}
