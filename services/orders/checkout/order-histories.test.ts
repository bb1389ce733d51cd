// No order is stuck. Random histories of a paid order, from the decisions of staff, of the customer and of payments through the
// saga: in every state units and money add up, and some act is allowed that ends the order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProblemError } from '@souk/contracts'
import { Refusal } from '@souk/service'
import { sumUp } from '../cart/totals.ts'
import { unitsToCancel } from '../order/cancel-units.ts'
import { amountOf, type Draft, moneyLeft } from '../order/money-left.ts'
import { newRefund } from '../order/new-refund.ts'
import { type Order, type OrderRefund, unitsOf } from '../order/order.ts'
import { whatGoesBack } from '../order/refund.ts'
import { packParcel } from '../order/ship.ts'
import { nextStep, type Signal } from './checkout-saga.ts'

const histories = 4_000
const longest = 14
const at = '2026-11-22T12:00:00.000Z'
const eur = (amount: number) => ({ amount, currency: 'EUR' })

test('whatever its history, an order is in order, and some act is allowed that ends it', () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= histories; seed++) {
    const dice = diceOf(seed)
    let order = paidOrder(dice)
    const story: string[] = []
    try {
      for (let step = 0; step < longest; step++) {
        const signal = anyAct(order, dice)
        if (!signal) continue
        story.push(JSON.stringify(signal))
        order = after(order, signal)
        isInOrder(order)
        canBeEnded(order, dice)
        seen.add(`${order.status} ${signal.type}`)
      }
    } catch (error) {
      throw new Error(`Seed ${seed}: ${(error as Error).message}\n${story.join('\n')}`, { cause: error })
    }
  }
  // The histories reach every act and every end.
  for (const reached of [
    'paid units-canceled',
    'canceled units-canceled',
    'shipped units-canceled',
    'partially-shipped units-canceled',
    'canceled payment-refunded',
    'shipped payment-refunded',
    'canceled cancel-requested',
    'shipped parcel-shipped',
    'partially-shipped refund-failed',
    'canceled refund-requested',
  ])
    assert.ok(seen.has(reached), `no history is ${reached}`)
})

/** A paid order of one to three lines; some are gifts, some are discounted. */
function paidOrder({ upTo }: Dice): Order {
  const wanted = Array.from({ length: 1 + upTo(3) }, (_, index) => {
    const [amount, quantity] = [upTo(3) * 333, 1 + upTo(3)]
    return { sku: `SKU-${index}`, quantity, amount, discount: upTo(2) * upTo(amount) }
  })
  const toSum = wanted.map(({ amount, quantity, discount }) => ({ fullAmount: amount * quantity, discount }))
  const { totals, lines } = sumUp(toSum, upTo(3) * 245, 'EUR', { basisPoints: 1900, included: upTo(2) === 0 })
  return {
    id: 'order',
    status: 'paid',
    paidAt: at,
    customerId: null,
    number: 1,
    lines: wanted.map(({ sku, quantity, amount, discount }, index) => ({
      sku,
      title: sku,
      quantity,
      unitPrice: eur(amount),
      discount: eur(discount),
      lineTotal: eur(lines[index]?.lineTotal as number),
      tax: eur(lines[index]?.tax as number),
      taxRate: 19,
    })),
    totals,
    shipments: [],
    refunds: [],
  } as unknown as Order // All that the acts after a purchase read.
}

/** What staff, the customer or payments does next; undefined when it is refused. */
function anyAct(order: Order, dice: Dice): Signal | undefined {
  const { upTo, some } = dice
  const acts: (() => Signal | undefined)[] = [
    () => ship(order, { evenIfRefunded: upTo(2) === 0 }),
    () => ship(order, { lines: someUnits(order, dice), evenIfRefunded: upTo(2) === 0 }),
    () => cancelUnits(order, { lines: someUnits(order, dice) }),
    () =>
      cancelUnits(order, {
        lines: someUnits(order, dice).map((line) => ({ ...line, refund: eur(upTo(400)) })),
        shipping: upTo(2) === 0,
      }),
    () => cancelUnits(order, { lines: someUnits(order, dice).map((line) => ({ ...line, refund: eur(0) })) }),
    () => refund(order, { amount: eur(upTo(3) === 0 ? moneyLeft(order).total.amount : 1 + upTo(500)) }),
    () => refund(order, { shipping: upTo(2) === 0 ? true : eur(1 + upTo(500)) }),
    () => refund(order, { restock: upTo(2) === 0 }),
    () => {
      const units = some(['unsent-first', 'unsent', 'sent', undefined] as const)
      return refund(order, { lines: someUnits(order, dice), units, restock: upTo(2) === 0, shipping: upTo(3) === 0 })
    },
    () => (upTo(4) === 0 ? { type: 'cancel-requested', by: 'staff', refundId: newId() } : undefined),
    () => (upTo(4) === 0 ? { type: 'reservation-expired', refundId: newId() } : undefined),
    () => paymentsSays(order, dice),
    () => paymentsSays(order, dice),
    () => paymentsSays(order, dice),
  ]
  try {
    return some(acts)()
  } catch (error) {
    if (error instanceof Refusal || error instanceof ProblemError) return undefined
    throw error
  }
}

let ids = 0
const newId = () => `id-${++ids}`
const asked = (order: Order, draft: Draft) => newRefund(order, draft, { id: newId(), reason: 'Test', at })
function ship(order: Order, body: Parameters<typeof packParcel>[1]): Signal {
  const { lines, complete } = packParcel(order, body)
  return { type: 'parcel-shipped', shipment: { id: newId(), lines, shippedAt: at }, complete }
}
function cancelUnits(order: Order, body: Parameters<typeof unitsToCancel>[1]): Signal {
  const cancellation = asked(order, unitsToCancel(order, body))
  return { type: cancellation.status === 'pending' ? 'refund-requested' : 'units-canceled', refund: cancellation }
}
function refund(order: Order, body: Parameters<typeof whatGoesBack>[1]): Signal {
  const draft = whatGoesBack(order, body)
  assert.ok(amountOf(draft) > 0)
  return { type: 'refund-requested', refund: asked(order, draft) }
}
/** A refund succeeds or fails; one that has failed may succeed after all, when its money is still there. */
function paymentsSays(order: Order, { upTo, some }: Dice): Signal | undefined {
  const left = moneyLeft(order).total.amount
  const open = order.refunds.filter(
    ({ status, amount }) => status === 'pending' || (status === 'failed' && amount.amount <= left && upTo(3) === 0),
  )
  const one = open.length > 0 ? some(open) : undefined
  return one && (one.status === 'failed' || upTo(3) > 0 ? succeeds(one) : fails(one))
}
const succeeds = ({ id, amount }: OrderRefund): Signal => ({
  type: 'payment-refunded',
  refundId: id,
  amount: amount.amount,
})
const fails = ({ id }: OrderRefund): Signal => ({ type: 'refund-failed', refundId: id, reason: 'closed account' })
function someUnits(order: Order, { upTo }: Dice) {
  const [first, ...more] = order.lines
    .filter(() => upTo(2) === 0)
    .map(({ sku, quantity }) => ({ sku, quantity: 1 + upTo(quantity) }))
  return [first ?? { sku: 'SKU-0', quantity: 1 }, ...more]
}

function after(order: Order, signal: Signal): Order {
  return nextStep(order, signal, at)?.order ?? order
}

/** Units and money add up. */
function isInOrder(order: Order): void {
  const isEnded = order.status === 'shipped' || order.status === 'canceled'
  const refunds = order.refunds.filter(({ status }) => status !== 'failed')
  const sent = order.shipments.length > 0
  let mayBeSent = 0
  for (const line of order.lines) {
    const { shipped, canceled, left, settled, returnable } = unitsOf(order, line)
    const pending = order.refunds
      .filter(({ status }) => status === 'pending')
      .flatMap(({ lines }) => lines.filter(({ sku }) => sku === line.sku))
      .reduce((sum, { unshipped }) => sum + unshipped, 0)
    mayBeSent += left + pending
    assert.equal(shipped + canceled + left, line.quantity, 'a unit is sent, canceled, or left')
    assert.ok(canceled <= settled && settled <= line.quantity && returnable <= shipped)
    if (isEnded && order.status === 'shipped') assert.equal(left, 0)
    const restocked = refunds
      .flatMap(({ lines }) => lines.filter(({ sku }) => sku === line.sku))
      .reduce((sum, one) => sum + one.restocked, 0)
    assert.ok(restocked <= shipped, 'no more comes back than was sent')
    const back = refunds.flatMap(({ lines }) => lines.filter(({ sku }) => sku === line.sku))
    const paid = line.lineTotal.amount + (order.totals.taxIncluded ? 0 : line.tax.amount)
    assert.ok(back.reduce((sum, { amount }) => sum + amount, 0) <= paid, 'items')
    assert.ok(back.reduce((sum, { share }) => sum + share, 0) <= paid, 'shares')
  }
  if (order.status === 'partially-shipped' || order.status === 'shipped') assert.ok(sent)
  if (order.status === 'paid' || order.status === 'canceled') assert.ok(!sent)
  if (!isEnded) assert.ok(mayBeSent > 0, 'an order of which nothing is left to send has ended')
  hasRightMoney(order, refunds)
}

function hasRightMoney({ lines, totals }: Order, refunds: OrderRefund[]): void {
  const all = (of: (refund: OrderRefund) => number) => refunds.reduce((sum, one) => sum + of(one), 0)
  const paidForItems = lines.reduce((sum, line) => sum + line.lineTotal.amount, 0)
  const itemsTax = totals.taxIncluded ? 0 : lines.reduce((sum, line) => sum + line.tax.amount, 0)
  const back = all(({ amount }) => amount.amount)
  const tax = all(({ parts }) => parts.items.tax + parts.shipping.tax + parts.goodwill.tax)
  assert.ok(all(({ parts }) => parts.shipping.amount) <= totals.total.amount - paidForItems - itemsTax, 'shipping')
  assert.ok(back <= totals.total.amount, 'total')
  assert.ok(tax <= totals.tax.amount && (back < totals.total.amount || tax === totals.tax.amount), 'tax')
  for (const { amount, parts, lines: units } of refunds) {
    const named = Object.values(parts)
    assert.equal(
      named.reduce((sum, part) => sum + part.amount, 0),
      amount.amount,
    )
    assert.equal(
      units.reduce((sum, line) => sum + line.amount, 0),
      parts.items.amount,
    )
    for (const part of named) assert.ok(0 <= part.tax && part.tax <= part.amount)
  }
}

/** Payments answers what is open, this way or that; then all that is left is canceled for nothing. */
function canBeEnded(order: Order, { upTo }: Dice): void {
  let current = order
  for (const one of order.refunds.filter(({ status }) => status === 'pending'))
    current = after(current, upTo(2) === 0 ? succeeds(one) : fails(one))
  if (current.status === 'paid' || current.status === 'partially-shipped') {
    const lines = current.lines.flatMap((line) => {
      const { left } = unitsOf(current, line)
      return left > 0 ? [{ sku: line.sku, quantity: left, refund: eur(0) }] : []
    })
    current = after(current, cancelUnits(current, { lines }))
  }
  isInOrder(current)
  assert.ok(current.status === 'shipped' || current.status === 'canceled', `ended, not ${current.status}`)
}

interface Dice {
  /** A whole number from 0 to below `most`. */
  upTo(most: number): number
  some<T>(list: readonly T[]): T
}
function diceOf(seed: number): Dice {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  for (let warm = 0; warm < 8; warm++) next()
  const upTo = (most: number) => Math.floor(next() * Math.max(1, most))
  return { upTo, some: (list) => list[upTo(list.length)] as (typeof list)[number] }
}
