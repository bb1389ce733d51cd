// How the money of an order is divided among refunds of its units, its shipping, and goodwill: to the cent, with the tax.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumUp } from '../cart/totals.ts'
import { unitsToCancel } from './cancel-units.ts'
import { allThatIsLeft, amountOf, type Draft, moneyLeft } from './money-left.ts'
import { newRefund } from './new-refund.ts'
import { type Order, type Part, refundableAmount, unitsOf } from './order.ts'
import { whatGoesBack } from './refund.ts'

type Line = { amount: number; quantity: number; discount?: number }
const eur = (amount: number) => ({ amount, currency: 'EUR' })

function orderOf(lines: Line[], shipping: number, included = true): Order {
  const toSum = lines.map(({ amount, quantity, discount = 0 }) => ({ fullAmount: amount * quantity, discount }))
  const { totals, lines: sums } = sumUp(toSum, shipping, 'EUR', { basisPoints: 1900, included })
  return {
    status: 'paid',
    paidAt: '2026-11-22T12:00:00.000Z',
    lines: lines.map(({ quantity, amount, discount = 0 }, index) => ({
      sku: `SKU-${index}`,
      title: '',
      quantity,
      unitPrice: eur(amount),
      discount: eur(discount),
      lineTotal: eur(sums[index]?.lineTotal as number),
      tax: eur(sums[index]?.tax as number),
      taxRate: 19,
    })),
    totals,
    shipments: [],
    refunds: [],
  } as unknown as Order // All that a refund reads.
}
/** The order after a refund, and the refund. */
function refundIn(order: Order, draft: Draft) {
  const refund = newRefund(order, draft, { id: String(order.refunds.length), reason: '', at: '' })
  order.refunds.push(refund)
  return refund
}
const sum = (parts: Part[]) => ({
  amount: parts.reduce((all, part) => all + part.amount, 0),
  tax: parts.reduce((all, part) => all + part.tax, 0),
})
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    const { code, more } = error as { code: string; more: { purpose?: string; left?: { amount: number } } }
    return [code, more.purpose, more.left?.amount]
  }
  return undefined
}

test('refunds of all units add up to what was paid for them, and shipping to what was paid for it, with the tax', () => {
  const random = seeded(7)
  const upTo = (most: number) => Math.floor(random() * most)
  for (let round = 0; round < 500; round++) {
    const lines = Array.from({ length: 1 + upTo(6) }, () => {
      const [amount, quantity] = [upTo(3) * upTo(10_000), 1 + upTo(7)]
      return { amount, quantity, discount: random() < 0.5 ? 0 : upTo(amount * quantity + 1) }
    })
    const order = orderOf(lines, upTo(2_000), random() < 0.5)
    const left = new Map(order.lines.map((line) => [line.sku, line.quantity]))
    while (left.size > 0) {
      const some = [...left].filter(() => random() < 0.5).map(([sku, most]) => ({ sku, quantity: 1 + upTo(most) }))
      if (some.length === 0) continue
      const refund = refundIn(order, unitsToCancel(order, { lines: some }))
      if (random() < 0.2) {
        refund.status = 'failed'
        continue
      }
      for (const { sku, quantity } of some) {
        const rest = (left.get(sku) as number) - quantity
        if (rest > 0) left.set(sku, rest)
        else left.delete(sku)
      }
    }
    const done = order.refunds.filter(({ status }) => status !== 'failed')
    const paid = order.totals.taxIncluded ? 0 : 1
    const items = sum(done.map(({ parts }) => parts.items))
    const itemsTax = order.lines.reduce((all, line) => all + line.tax.amount, 0)
    assert.equal(
      items.amount,
      order.lines.reduce((all, line) => all + line.lineTotal.amount + paid * line.tax.amount, 0),
    )
    assert.equal(items.tax, itemsTax)
    const { parts } = refundIn(order, { lines: [], shipping: moneyLeft(order).shipping.amount, goodwill: 0 })
    assert.deepEqual(parts.shipping, {
      amount: order.totals.total.amount - items.amount,
      tax: order.totals.tax.amount - itemsTax,
    })
    assert.equal(refundableAmount(order), 0)
  }
})

test('with goodwill in between, all refunds together are what was paid, and their taxes the tax of the order', () => {
  const random = seeded(11)
  const upTo = (most: number) => Math.floor(random() * most)
  for (let round = 0; round < 2_000; round++) {
    const lines = Array.from({ length: 1 + upTo(5) }, () => ({ amount: upTo(300), quantity: 1 + upTo(5) }))
    const order = orderOf(lines, upTo(500), random() < 0.5)
    for (let step = 0; step < 8 && refundableAmount(order) > 0; step++) {
      const goodwill = { lines: [], shipping: 0, goodwill: 1 + upTo(Math.min(200, refundableAmount(order))) }
      const [line] = order.lines.filter((one) => unitsOf(order, one).left > 0)
      const cancellation =
        line && random() < 0.6 ? unitsToCancel(order, { lines: [{ sku: line.sku, quantity: 1 }] }) : undefined
      const { amount, parts } = refundIn(order, cancellation ?? goodwill)
      for (const part of Object.values(parts)) assert.ok(0 <= part.tax && part.tax <= part.amount)
      assert.equal(sum(Object.values(parts)).amount, amount.amount)
    }
    if (refundableAmount(order) > 0) refundIn(order, allThatIsLeft(order))
    assert.deepEqual(sum(order.refunds.flatMap(({ parts }) => Object.values(parts))), {
      amount: order.totals.total.amount,
      tax: order.totals.tax.amount,
    })
  }
})

test('a refund gives back the share of what was paid after the discount, without shipping', () => {
  // Two cups at 10.00, of which 5.00 were taken off; a bowl at 15.00 without a discount.
  const lines = [
    { amount: 1000, quantity: 2, discount: 500 },
    { amount: 1500, quantity: 1 },
  ]
  const share = (order: Order, sku: string, quantity: number) =>
    amountOf(whatGoesBack(order, { lines: [{ sku, quantity }] }))
  const order = orderOf(lines, 490)
  assert.deepEqual([share(order, 'SKU-0', 1), share(order, 'SKU-0', 2), share(order, 'SKU-1', 1)], [750, 1500, 1500])
  // With 19 % added to each discounted line.
  assert.equal(share(orderOf(lines, 490, false), 'SKU-0', 1), 893)
})

test('a line that was free after its discount gives nothing back', () => {
  const order = orderOf(
    [
      { amount: 1000, quantity: 1, discount: 1000 },
      { amount: 1500, quantity: 1 },
    ],
    490,
  )
  assert.equal(refusal(() => whatGoesBack(order, { lines: [{ sku: 'SKU-0', quantity: 1 }] }))?.[0], 'invalid-refund')
  assert.equal(amountOf(whatGoesBack(order, { lines: [{ sku: 'SKU-1', quantity: 1 }] })), 1500)
})

test('not one cent more than what is left of a line, of the shipping and of everything goes back', () => {
  const order = () =>
    orderOf(
      [
        { amount: 1000, quantity: 2 },
        { amount: 1500, quantity: 1 },
      ],
      490,
    )
  const line = (amount: number, quantity = 1) => ({ lines: [{ sku: 'SKU-0', quantity, amount: eur(amount) }] })
  assert.equal(amountOf(whatGoesBack(order(), line(1000))), 1000)
  assert.deepEqual(
    refusal(() => whatGoesBack(order(), line(1001))),
    ['refund-too-large', 'items', 1000],
  )
  assert.equal(amountOf(whatGoesBack(order(), line(2000, 2))), 2000)
  assert.deepEqual(
    refusal(() => whatGoesBack(order(), line(2001, 2))),
    ['refund-too-large', 'items', 2000],
  )

  assert.equal(amountOf(whatGoesBack(order(), { shipping: eur(490) })), 490)
  assert.deepEqual(
    refusal(() => whatGoesBack(order(), { shipping: eur(491) })),
    ['refund-too-large', 'shipping', 490],
  )
  const some = order()
  refundIn(some, { lines: [], shipping: 200, goodwill: 0 })
  assert.equal(amountOf(whatGoesBack(some, { shipping: true })), 290)
  assert.deepEqual(
    refusal(() => whatGoesBack(some, { shipping: eur(291) })),
    ['refund-too-large', 'shipping', 290],
  )
  refundIn(some, { lines: [], shipping: 290, goodwill: 0 })
  assert.deepEqual(
    refusal(() => whatGoesBack(some, { shipping: true })),
    ['refund-too-large', 'shipping', 0],
  )

  assert.equal(amountOf(whatGoesBack(order(), { amount: eur(3990) })), 3990)
  assert.deepEqual(
    refusal(() => whatGoesBack(order(), { amount: eur(3991) })),
    ['refund-too-large', 'total', 3990],
  )
  // 24.90 of goodwill leave 15.00: a bowl, and not a cent more.
  const kind = order()
  refundIn(kind, { lines: [], shipping: 0, goodwill: 2490 })
  const bowl = { lines: [{ sku: 'SKU-1', quantity: 1 }] }
  assert.equal(amountOf(whatGoesBack(kind, bowl)), 1500)
  assert.deepEqual(
    refusal(() => whatGoesBack(kind, { ...bowl, shipping: eur(1) })),
    ['refund-too-large', 'total', 1500],
  )
  refundIn(kind, { lines: [], shipping: 0, goodwill: 1 })
  assert.deepEqual(
    refusal(() => whatGoesBack(kind, bowl)),
    ['refund-too-large', 'total', 1499],
  )
  refundIn(kind, { lines: [], shipping: 0, goodwill: 1499 })
  assert.deepEqual(
    refusal(() => whatGoesBack(kind, bowl)),
    ['refund-too-large', 'total', 0],
  )
})

test('a cancellation gives back from nothing to the share of its units, and no more than is left', () => {
  const order = orderOf([{ amount: 1000, quantity: 2 }], 490)
  const cancel = (refund?: number, quantity = 1) =>
    unitsToCancel(order, {
      lines: [{ sku: 'SKU-0', quantity, refund: refund === undefined ? undefined : eur(refund) }],
    })
  assert.deepEqual([amountOf(cancel()), amountOf(cancel(0)), amountOf(cancel(1000))], [1000, 0, 1000])
  assert.deepEqual(
    refusal(() => cancel(1001)),
    ['refund-too-large', 'items', 1000],
  )
  refundIn(order, cancel(0))
  assert.deepEqual(
    refusal(() => cancel(1001)),
    ['refund-too-large', 'items', 1000],
    'what was kept is not for the next',
  )
  refundIn(order, { lines: [], shipping: 0, goodwill: 2000 })
  assert.equal(amountOf(cancel()), 490)
  assert.deepEqual(
    refusal(() => cancel(491)),
    ['refund-too-large', 'total', 490],
  )
  refundIn(order, { lines: [], shipping: 0, goodwill: 490 })
  assert.equal(amountOf(cancel()), 0)
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
