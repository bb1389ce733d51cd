// How the money of an order is divided among refunds of its units, its shipping, and goodwill: to the cent, with the tax.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumUp } from '../cart/totals.ts'
import { unitsToCancel } from './cancel-units.ts'
import { allThatIsLeft, amountOf, asFarAsLeft, type Draft, moneyLeft, shareOf } from './money-left.ts'
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

/** The code and the sentence of a refusal, and how many units it says are left. */
const refusedWith = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    const { code, message, more } = error as {
      code: string
      message: string
      more: { leftUnits?: number; left?: unknown }
    }
    return [code, message.replace(/^This order is [a-z-]+: /, ''), more.leftUnits ?? more.left]
  }
  return undefined
}
/** Two cups at 10.00, a bowl at 15.00 and 4.90 of shipping. */
const cupsAndBowl = () =>
  orderOf(
    [
      { amount: 1000, quantity: 2 },
      { amount: 1500, quantity: 1 },
    ],
    490,
  )
const cups = (quantity: number) => [{ sku: 'SKU-0', quantity }]
const bowls = (quantity: number) => [{ sku: 'SKU-1', quantity }]
/** The order after some cups were sent. */
function withSent(order: Order, quantity: number): Order {
  order.shipments.push({ id: 'parcel', lines: cups(quantity), shippedAt: '2026-11-23T12:00:00.000Z' })
  return order
}

test('what was not paid cannot go back', () => {
  const unpaid = { ...cupsAndBowl(), status: 'canceled' as const, paidAt: null }
  assert.deepEqual(
    refusedWith(() => whatGoesBack(unpaid, {})),
    ['not-paid', 'nothing was paid for it.', undefined],
  )
  const open = { ...unpaid, status: 'capturing' as const }
  assert.equal(refusedWith(() => unitsToCancel(open, { lines: cups(1) }))?.[0], 'not-paid')
})

test('an order that is canceled has no units to cancel, nor has one that was sent', () => {
  const canceled = { ...cupsAndBowl(), status: 'canceled' as const }
  assert.equal(refusedWith(() => unitsToCancel(canceled, { lines: cups(1) }))?.[0], 'order-canceled')
  const sent = withSent(orderOf([{ amount: 1000, quantity: 2 }], 490), 2)
  assert.equal(refusedWith(() => unitsToCancel(sent, { lines: cups(1) }))?.[0], 'nothing-to-cancel')
})

test('all that is left goes back when nothing is named, to the last cent, and then nothing more', () => {
  const order = cupsAndBowl()
  const { lines, shipping, goodwill } = whatGoesBack(order, {})
  assert.deepEqual([lines.map(({ amount }) => amount), shipping, goodwill], [[2000, 1500], 490, 0])
  refundIn(order, { lines: [], shipping: 0, goodwill: 3989 })
  assert.equal(amountOf(whatGoesBack(order, {})), 1)
  refundIn(order, { lines: [], shipping: 0, goodwill: 1 })
  assert.deepEqual(
    refusedWith(() => whatGoesBack(order, {})),
    ['refund-too-large', 'all that was paid has gone back or is on its way.', eur(0)],
  )
})

test('a refund takes units that were not sent first, or those that staff names, and no more than there are', () => {
  const order = withSent(orderOf([{ amount: 1000, quantity: 3 }], 490), 1)
  const taken = (quantity: number, more: { units?: 'sent' | 'unsent'; restock?: boolean } = {}) => {
    const [line] = whatGoesBack(order, { lines: cups(quantity), ...more }).lines
    return [line?.quantity, line?.unshipped, line?.restocked]
  }
  const tooMany = (quantity: number, units?: 'sent' | 'unsent') =>
    refusedWith(() => whatGoesBack(order, { lines: cups(quantity), units }))
  assert.deepEqual(taken(1), [1, 1, 0])
  assert.deepEqual(taken(3), [3, 2, 0])
  assert.deepEqual(taken(3, { restock: true }), [3, 2, 1])
  assert.deepEqual(taken(1, { units: 'sent' }), [1, 0, 0])
  assert.deepEqual(taken(1, { units: 'sent', restock: true }), [1, 0, 1])
  assert.deepEqual(taken(2, { units: 'unsent', restock: true }), [2, 2, 0])
  assert.deepEqual(tooMany(4), ['invalid-refund', 'only 3 units of SKU-0 are left to refund.', 3])
  assert.deepEqual(tooMany(2, 'sent'), ['invalid-refund', 'only 1 sent units of SKU-0 are left to refund.', 1])
  assert.deepEqual(tooMany(3, 'unsent'), ['invalid-refund', 'only 2 unsent units of SKU-0 are left to refund.', 2])
  refundIn(order, whatGoesBack(order, { lines: cups(1), units: 'sent' }))
  assert.deepEqual(tooMany(3), ['invalid-refund', 'only 2 units of SKU-0 are left to refund.', 2])
  assert.equal(tooMany(1, 'sent')?.[2], 0)
})

test('a refund that contradicts itself is refused', () => {
  const refused = (asked: Parameters<typeof whatGoesBack>[1]) => refusedWith(() => whatGoesBack(cupsAndBowl(), asked))
  const notBoth = ['invalid-refund', 'refund an amount, or lines and shipping, not both.', undefined]
  assert.deepEqual(refused({ amount: eur(1), lines: cups(1) }), notBoth)
  assert.deepEqual(refused({ amount: eur(1), shipping: true }), notBoth)
  assert.equal(refused({ lines: cups(1), shipping: true }), undefined)
  const whichUnits = ['invalid-refund', 'units says which units the lines are, so name the lines.', undefined]
  assert.deepEqual(refused({ units: 'unsent' }), whichUnits)
  const whichLines = ['invalid-refund', 'only units can go back into stock, so name the lines.', undefined]
  assert.deepEqual(refused({ restock: true, amount: eur(1) }), whichLines)
  assert.deepEqual(refused({ restock: true, shipping: true }), whichLines)
  assert.equal(refused({ restock: true, shipping: true, lines: cups(1) }), undefined)
  assert.equal(refused({ restock: true }), undefined)
})

test('lines with one SKU are one line, unless they name amounts; a SKU must be in the order', () => {
  const refund = (...lines: { sku: string; quantity: number; amount?: ReturnType<typeof eur> }[]) =>
    whatGoesBack(cupsAndBowl(), { lines })
  assert.deepEqual(
    refund(...cups(1), ...cups(1)).lines.map(({ quantity, amount }) => [quantity, amount]),
    [[2, 2000]],
  )
  const inOneLine = ['invalid-refund', 'name the amount for SKU-0 in one line.', undefined]
  const [cup] = cups(1) as [{ sku: string; quantity: number }]
  assert.deepEqual(
    refusedWith(() => refund({ ...cup, amount: eur(1) }, cup)),
    inOneLine,
  )
  assert.deepEqual(
    refusedWith(() => refund(cup, { ...cup, amount: eur(1) })),
    inOneLine,
  )
  assert.deepEqual(
    refusedWith(() => refund({ sku: 'SPOON', quantity: 1 })),
    ['invalid-refund', 'SPOON is not in it.', undefined],
  )
})

test('an amount that goes back is in the currency of the order, and not negative', () => {
  const refused = (amount: number, currency: string) =>
    refusedWith(() => whatGoesBack(cupsAndBowl(), { amount: { amount, currency } }))
  assert.deepEqual(refused(1, 'USD'), ['invalid-refund', 'it was paid in EUR.', undefined])
  assert.deepEqual(refused(-1, 'EUR'), ['invalid-refund', 'an amount that goes back is not negative.', undefined])
  assert.equal(refused(0, 'EUR')?.[0], 'invalid-refund')
  assert.equal(refused(1, 'EUR'), undefined)
})

test('a refund that lets units go for nothing is refused, but as a cancellation it is welcome', () => {
  const gift = orderOf(
    [
      { amount: 1000, quantity: 1, discount: 1000 },
      { amount: 1500, quantity: 1 },
    ],
    0,
  )
  assert.deepEqual(
    refusedWith(() => whatGoesBack(gift, { lines: cups(1) })),
    ['invalid-refund', 'a refund is more than nothing. Units that cost nothing can be canceled.', undefined],
  )
  assert.deepEqual(unitsToCancel(gift, { lines: cups(1) }), {
    lines: [{ sku: 'SKU-0', quantity: 1, unshipped: 1, restocked: 0, amount: 0, share: 0 }],
    shipping: 0,
    goodwill: 0,
  })
})

test('units that are canceled without an amount share what the named amounts leave of the money', () => {
  const order = cupsAndBowl()
  refundIn(order, { lines: [], shipping: 0, goodwill: 2000 }) // 19.90 is left.
  const amounts = (lines: Parameters<typeof unitsToCancel>[1]['lines']) =>
    unitsToCancel(order, { lines }).lines.map(({ amount }) => amount)
  assert.deepEqual(amounts([{ sku: 'SKU-0', quantity: 1, refund: eur(1000) }, ...bowls(1)]), [1000, 990])
  assert.deepEqual(amounts([...cups(1), ...bowls(1)]), [1000, 990])
  assert.deepEqual(amounts([{ sku: 'SKU-0', quantity: 2, refund: eur(0) }, ...bowls(1)]), [0, 1500])
  assert.deepEqual(unitsToCancel(order, { lines: bowls(1), shipping: true }).lines[0]?.amount, 1500)
  refundIn(order, { lines: [], shipping: 0, goodwill: 1990 })
  assert.deepEqual(amounts([...cups(1), ...bowls(1)]), [0, 0])
})

test('no more units are canceled than are left to send', () => {
  const order = withSent(cupsAndBowl(), 1)
  assert.deepEqual(unitsToCancel(order, { lines: cups(1) }).lines, [
    { sku: 'SKU-0', quantity: 1, unshipped: 1, restocked: 0, amount: 1000, share: 1000 },
  ])
  assert.deepEqual(
    refusedWith(() => unitsToCancel(order, { lines: cups(2) })),
    ['too-many-units', 'only 1 of SKU-0 are left to send.', 1],
  )
})

test('a refund of money waits for the payment, and a cancellation of units alone has succeeded at once', () => {
  const status = (goodwill: number) => refundIn(cupsAndBowl(), { lines: [], shipping: 0, goodwill }).status
  assert.deepEqual([status(0), status(1)], ['refunded', 'pending'])
})

test('half of the shipping takes half of its tax, and what is taken is no longer left', () => {
  const order = cupsAndBowl() // The tax of 4.90 is 0.78.
  const { parts } = refundIn(order, { lines: [], shipping: 245, goodwill: 0 })
  assert.deepEqual(parts.shipping, { amount: 245, tax: 39 })
  assert.deepEqual(moneyLeft(order).shipping, { amount: 245, tax: 39 })
})

test('a line whose units are all settled has no unit, no share and no money left', () => {
  const order = cupsAndBowl()
  refundIn(order, unitsToCancel(order, { lines: cups(2) }))
  const [line] = moneyLeft(order).lines
  assert.deepEqual(line, { sku: 'SKU-0', left: { amount: 0, tax: 0 }, units: 0, share: 0 })
  assert.equal(line && shareOf(line, 1), 0)
})

test('all that is left of an order is its units, sent and unsent, and the money that was kept for canceled ones', () => {
  const order = withSent(
    orderOf(
      [
        { amount: 1000, quantity: 3 },
        { amount: 1500, quantity: 1 },
        { amount: 500, quantity: 1, discount: 500 },
        { amount: 700, quantity: 1 },
      ],
      490,
    ),
    1,
  )
  refundIn(order, unitsToCancel(order, { lines: [{ sku: 'SKU-1', quantity: 1, refund: eur(1499) }] }))
  refundIn(order, unitsToCancel(order, { lines: [{ sku: 'SKU-3', quantity: 1 }] }))
  const rest = (restock?: boolean) =>
    allThatIsLeft(order, restock).lines.map(({ sku, quantity, unshipped, restocked, amount }) => [
      sku,
      quantity,
      unshipped,
      restocked,
      amount,
    ])
  const others = [
    ['SKU-1', 0, 0, 0, 1], // The cent that was kept.
    ['SKU-2', 1, 1, 0, 0], // The gift.
  ]
  assert.deepEqual(rest(), [['SKU-0', 3, 2, 0, 3000], ...others])
  assert.deepEqual(rest(true), [['SKU-0', 3, 2, 1, 3000], ...others])
})

test('of an order whose money has gone back, only its units are left', () => {
  const order = cupsAndBowl()
  refundIn(order, { lines: [], shipping: 0, goodwill: 3990 })
  const { lines, shipping, goodwill } = allThatIsLeft(order)
  assert.deepEqual(
    [lines.map(({ quantity, amount }) => [quantity, amount]), shipping, goodwill],
    [
      [
        [2, 0],
        [1, 0],
      ],
      0,
      0,
    ],
  )
})

test('a refund that succeeds late gives as goodwill what others have taken of the shipping and of its lines', () => {
  const order = cupsAndBowl()
  const late = newRefund(order, whatGoesBack(order, { lines: cups(2), shipping: true }), {
    id: 'late',
    reason: '',
    at: '',
  })
  refundIn(order, { lines: [], shipping: 400, goodwill: 0 })
  refundIn(order, unitsToCancel(order, { lines: cups(1) }))
  const oneCup = { sku: 'SKU-0', quantity: 1, unshipped: 1, restocked: 0, amount: 1000, share: 1000 }
  assert.deepEqual(asFarAsLeft(order, late), { lines: [oneCup], shipping: 90, goodwill: 1400 })
  const foreign = late.lines.map((line) => ({ ...line, sku: 'SPOON' }))
  assert.deepEqual(asFarAsLeft(order, { ...late, lines: foreign }), { lines: [], shipping: 90, goodwill: 2400 })
})

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

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
