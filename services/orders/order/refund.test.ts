// How a total is divided when it goes back in portions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Order, RefundLine } from './order.ts'
import { shareOfLines } from './refund.ts'

type Line = { amount: number; quantity: number }

function orderOf(lines: Line[], total: number, taxIncluded: boolean): Order {
  const eur = (amount: number) => ({ amount, currency: 'EUR' })
  return {
    lines: lines.map(({ amount, quantity }, index) => ({
      sku: `SKU-${index}`,
      title: '',
      quantity,
      unitPrice: eur(amount),
      lineTotal: eur(amount * quantity),
      tax: eur(Math.round(amount * quantity * 0.08)),
      taxRate: 8,
    })),
    totals: { total: eur(total), taxIncluded },
    shipments: [],
    refunds: [],
  } as unknown as Order // What a refund looks at.
}

test('in whatever portions all units are refunded, the portions add up to the total', () => {
  const random = seeded(7)
  const upTo = (most: number) => Math.floor(random() * most)
  for (let round = 0; round < 500; round++) {
    const lines = Array.from({ length: 1 + upTo(6) }, () => ({ amount: upTo(3) * upTo(10_000), quantity: 1 + upTo(7) }))
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

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
