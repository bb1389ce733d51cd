// POST /v1/orders/:id/refunds. Staff refunds some units, shipping, an amount, or all that is left. The order's row is locked
// meanwhile, so that refunds that are requested at the same time never exceed what was paid.
import { randomUUIDv7 } from 'node:crypto'
import type { BodyOf } from '@souk/contracts'
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { amountIn, askedLines, backForUnits, refuseTooMuch, shippingBack, tooLarge } from './money-back.ts'
import { allThatIsLeft, amountOf, type Draft, moneyLeft } from './money-left.ts'
import { newRefund } from './new-refund.ts'
import { type Order, unitsOf } from './order.ts'
import { lockOrder } from './orders-table.ts'
import { refuseMove } from './refuse-move.ts'
import { viewSettled } from './settle-withdrawal.ts'

const route = ordersApi.routes.refund
type Asked = Omit<BodyOf<typeof route>, 'reason' | 'withdrawalId'>

export const refund = handleOnce(
  route,
  async ({ params, body }, { settings, metrics, now }: OrdersContext, transaction) => {
    const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
    if (!order) return refuse(route, 'not-found', 'There is no such order.')

    const at = now().toISOString()
    const draft = whatGoesBack(order, body)
    const asked = newRefund(order, draft, { id: randomUUIDv7(), reason: body.reason, at })
    const refunding = await advanceLocked(order, { type: 'refund-requested', refund: asked }, transaction, {
      at,
      metrics,
    })
    if (!refunding) return refuseMove(route, order, 'not-paid', 'there is nothing to refund.')
    const settles = { withdrawalId: body.withdrawalId, refundId: asked.id, at }
    return viewSettled(route, refunding, settles, transaction.sql)
  },
)

/** How much goes back, and for which units. Refuses more than what is left, in all and for each purpose. */
export function whatGoesBack(order: Order, asked: Asked): Draft {
  if (!order.paidAt) refuseMove(route, order, 'not-paid', 'nothing was paid for it.')
  refuseContradictions(order, asked)
  const left = moneyLeft(order).total.amount
  if (left <= 0) tooLarge(route, order, 'total', 0, 'all that was paid has gone back or is on its way.')

  const draft = asked.amount
    ? { lines: [], shipping: 0, goodwill: amountIn(route, order, asked.amount) }
    : asked.lines || asked.shipping
      ? partsThatGoBack(order, asked)
      : allThatIsLeft(order, asked.restock)
  refuseTooMuch(route, order, draft)
  if (amountOf(draft) === 0)
    refuseMove(
      route,
      order,
      'invalid-refund',
      'a refund is more than nothing. Units that cost nothing can be canceled.',
    )
  return draft
}

function partsThatGoBack(order: Order, asked: Asked): Draft {
  const money = moneyLeft(order)
  const lines = (asked.lines ?? []).map(({ sku, quantity, amount }) => ({ sku, quantity, back: amount }))
  return {
    lines: askedLines(route, order, lines).map((line) => {
      const { sku, quantity } = line
      const bought = order.lines.find((one) => one.sku === sku) as Order['lines'][number] // askedLines has found it.
      const units = unitsOf(order, bought)
      const unshipped = asked.units === 'sent' ? 0 : Math.min(units.left, quantity)
      const most =
        asked.units === 'sent'
          ? units.returnable
          : asked.units === 'unsent'
            ? units.left
            : bought.quantity - units.settled
      if (quantity > most) {
        const kind = asked.units === 'sent' || asked.units === 'unsent' ? `${asked.units} units` : 'units'
        refuseMove(route, order, 'invalid-refund', `only ${most} ${kind} of ${sku} are left to refund.`, {
          sku,
          leftUnits: most,
        })
      }
      const restocked = asked.restock ? quantity - unshipped : 0
      return { sku, quantity, unshipped, restocked, ...backForUnits(route, order, line, money) }
    }),
    shipping: shippingBack(route, order, asked.shipping, money),
    goodwill: 0,
  }
}

function refuseContradictions(order: Order, { amount, lines, shipping, units, restock }: Asked): void {
  if (amount && (lines || shipping))
    refuseMove(route, order, 'invalid-refund', 'refund an amount, or lines and shipping, not both.')
  if (units && !lines)
    refuseMove(route, order, 'invalid-refund', 'units says which units the lines are, so name the lines.')
  if (restock && !lines && (amount || shipping))
    refuseMove(route, order, 'invalid-refund', 'only units can go back into stock, so name the lines.')
}
