// How the total of an order is divided among refunds of its units.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Order, RefundLine } from './order.ts'
import { shareOfLines } from './refund.ts'

type Line = { amount: number; quantity: number; discount?: number }

function orderOf(lines: Line[], total: number, taxIncluded: boolean): Order {
  const eur = (amount: number) => ({ amount, currency: 'EUR' })
  return {
    lines: lines.map(({ amount, quantity, discount = 0 }, index) => ({
      sku: `SKU-${index}`,
      title: '',
      quantity,
      unitPrice: eur(amount),
      discount: eur(discount),
      lineTotal: eur(amount * quantity - discount),
      tax: eur(Math.round((amount * quantity - discount) * 0.08)),
      taxRate: 8,
    })),
    totals: { total: eur(total), taxIncluded },
    shipments: [],
    refunds: [],
  } as unknown as Order // All that a refund reads.
}

test('refunds of all units add up to the total, however the units are spread over refunds', () => {
  const random = seeded(7)
  const upTo = (most: number) => Math.floor(random() * most)
  for (let round = 0; round < 500; round++) {
    const lines = Array.from({ length: 1 + upTo(6) }, () => {
      const [amount, quantity] = [upTo(3) * upTo(10_000), 1 + upTo(7)]
      return { amount, quantity, discount: random() < 0.5 ? 0 : upTo(amount * quantity + 1) }
    })
    const order = orderOf(lines, upTo(200_000), random() < 0.5)
    const left = new Map(order.lines.map((line) => [line.sku, line.quantity]))
    let sum = 0
    while (left.size > 0) {
      const portion: RefundLine[] = [...left]
        .filter(() => random() < 0.5)
        .map(([sku, most]) => ({ sku, quantity: 1 + upTo(most), unshipped: 0 }))
      const amount = shareOfLines(order, portion)
      assert.ok(amount >= 0)
      sum += amount
      const money = { amount, currency: 'EUR' }
      order.refunds.push({ id: '', status: 'pending', amount: money, reason: '', createdAt: '', lines: portion })
      for (const { sku, quantity } of portion) {
        const rest = (left.get(sku) as number) - quantity
        if (rest > 0) left.set(sku, rest)
        else left.delete(sku)
      }
    }
    assert.equal(sum, order.totals.total.amount)
  }
})

test('a refund gives back the share of what was paid after the discount', () => {
  // Two cups at 10.00, of which 5.00 were taken off; a bowl at 15.00 without a discount. Shipping was free.
  const lines = [
    { amount: 1000, quantity: 2, discount: 500 },
    { amount: 1500, quantity: 1 },
  ]
  const order = orderOf(lines, 3000, true)
  const share = (sku: string, quantity: number) => shareOfLines(order, [{ sku, quantity, unshipped: 0 }])
  assert.deepEqual([share('SKU-0', 1), share('SKU-0', 2), share('SKU-1', 1)], [750, 1500, 1500])
  // With 8 % added to each discounted line, and 4.90 for shipping that is shared by what the lines cost.
  const taxed = orderOf(lines, 3000 + 240 + 490, false)
  assert.equal(shareOfLines(taxed, [{ sku: 'SKU-0', quantity: 1, unshipped: 0 }]), 933)
})

test('a line that was free after its discount gives nothing back while others cost something', () => {
  const order = orderOf(
    [
      { amount: 1000, quantity: 1, discount: 1000 },
      { amount: 1500, quantity: 1 },
    ],
    1990,
    true,
  )
  assert.equal(shareOfLines(order, [{ sku: 'SKU-0', quantity: 1, unshipped: 0 }]), 0)
  assert.equal(shareOfLines(order, [{ sku: 'SKU-1', quantity: 1, unshipped: 0 }]), 1990)
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
