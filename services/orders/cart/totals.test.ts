// What a cart costs: amounts worked out by hand, and rules that hold for every cart.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CartInput } from '@souk/contracts/orders'
import { address, eur } from '../fixture.ts'
import { priceCart } from './price-cart.ts'
import type { PricedSku } from './price-list.ts'
import { shippingMethodsFor } from './shipping.ts'
import { portion, share, taxIn, taxOn } from './tax.ts'
import { type LineToSum, sumUp } from './totals.ts'

/** Lines without a discount. */
const full = (...amounts: number[]): LineToSum[] => amounts.map((fullAmount) => ({ fullAmount, discount: 0 }))
const amounts = ({ totals }: ReturnType<typeof sumUp>) => [
  totals.subtotal.amount,
  totals.shipping.amount,
  totals.tax.amount,
  totals.total.amount,
]

test('in Germany the price contains 19 % tax, of shipping too', () => {
  assert.deepEqual(amounts(sumUp(full(1990, 333), 490, 'EUR', taxIn('DE'))), [2323, 490, 318 + 53 + 78, 2813])
})

test('in France it contains 20 %, in Austria 20, in the Netherlands 21, in Italy 22, in Finland 25.5', () => {
  const taxes = ['FR', 'AT', 'NL', 'IT', 'FI'].map((country) => sumUp(full(10_000), 0, 'EUR', taxIn(country)))
  assert.deepEqual(
    taxes.map(({ totals }) => [totals.tax.amount, totals.total.amount]),
    [
      [1667, 10_000],
      [1667, 10_000],
      [1736, 10_000],
      [1803, 10_000],
      [2032, 10_000],
    ],
  )
})

test('in the United States tax is added to each line and to shipping, and each is rounded once', () => {
  // 8 % of 19.99 is 1.5992, of 0.06 is 0.0048, of 21.90 is 1.752.
  assert.deepEqual(amounts(sumUp(full(1999, 6), 2190, 'USD', taxIn('US'))), [2005, 2190, 160 + 0 + 175, 4530])
})

test('half a cent is rounded up', () => {
  assert.equal(taxOn(50, { basisPoints: 100, included: false }), 1)
  assert.equal(taxOn(49, { basisPoints: 100, included: false }), 0)
})

test('a country whose tax is not known has none added', () => {
  assert.deepEqual(amounts(sumUp(full(1000), 500, 'EUR', taxIn('BR'))), [1000, 500, 0, 1500])
})

test('amounts that a float would round stay exact', () => {
  assert.equal(share(9_007_199_254_740_991, 1, 3), 3_002_399_751_580_330)
  assert.equal(taxOn(99_999_999_999, { basisPoints: 1900, included: true }), 15_966_386_554)
})

test('every cart adds up: lines + shipping − discount + added tax = total', () => {
  const random = seeded(20261122)
  for (let round = 0; round < 2_000; round++) {
    const tax = { basisPoints: Math.floor(random() * 3000), included: random() < 0.5 }
    const lines = Array.from({ length: Math.floor(random() * 20) }, () => Math.floor(random() ** 4 * 100_000_000))
    const shipping = Math.floor(random() * 10_000)
    const discounts = lines.map((amount) => (random() < 0.5 ? 0 : Math.floor(random() * (amount + 1))))
    const toSum = lines.map((fullAmount, index) => ({ fullAmount, discount: discounts[index] as number }))
    const { totals, lines: summed } = sumUp(toSum, shipping, 'EUR', tax)
    const sum = lines.reduce((all, one) => all + one, 0)
    const lineTotals = summed.map((line) => line.lineTotal)
    const lineTaxes = summed.map((line) => line.tax)
    const added = tax.included ? 0 : totals.tax.amount
    assert.equal(totals.subtotal.amount, sum)
    assert.equal(
      totals.discount.amount,
      discounts.reduce((all, one) => all + one, 0),
    )
    assert.equal(
      totals.subtotal.amount - totals.discount.amount,
      lineTotals.reduce((all, one) => all + one, 0),
    )
    assert.equal(totals.total.amount, sum + shipping - totals.discount.amount + added)
    assert.equal(totals.tax.amount, lineTaxes.reduce((all, one) => all + one, 0) + taxOn(shipping, tax))
    // No line's rounding is off by more than half a cent.
    lineTotals.forEach((amount, index) => {
      const exact = (amount * tax.basisPoints) / (tax.included ? 10_000 + tax.basisPoints : 10_000)
      assert.ok(Math.abs((lineTaxes[index] as number) - exact) <= 0.5 + 1e-6)
    })
  }
})

test('a discount lowers the total of its line and the tax that is contained in it', () => {
  const lines = [
    { fullAmount: 2 * 1990, discount: 398 },
    { fullAmount: 333, discount: 0 },
  ]
  const { totals, lines: summed } = sumUp(lines, 490, 'EUR', taxIn('DE'))
  // 19/119 of 35.82 is 5.719, of 3.33 is 0.532, of 4.90 is 0.782.
  assert.deepEqual(summed, [
    { lineTotal: 3582, tax: 572 },
    { lineTotal: 333, tax: 53 },
  ])
  assert.deepEqual(
    [totals.subtotal, totals.discount, totals.tax, totals.total].map((money) => money.amount),
    [4313, 398, 572 + 53 + 78, 4313 - 398 + 490],
  )
})

test('a tax that is added is added to the discounted amount', () => {
  const { totals, lines } = sumUp([{ fullAmount: 1999, discount: 500 }], 2190, 'USD', taxIn('US'))
  // 8 % of 14.99 is 1.1992, of 21.90 is 1.752.
  assert.deepEqual(lines, [{ lineTotal: 1499, tax: 120 }])
  assert.deepEqual([totals.tax.amount, totals.total.amount], [120 + 175, 1999 - 500 + 2190 + 295])
})

test('a line that is free after its discount bears no tax', () => {
  const { totals, lines } = sumUp([{ fullAmount: 1000, discount: 1000 }], 490, 'EUR', taxIn('DE'))
  assert.deepEqual(lines, [{ lineTotal: 0, tax: 0 }])
  assert.deepEqual([totals.tax.amount, totals.total.amount], [78, 490])
})

test('the portions of all units add up to the whole amount', () => {
  assert.deepEqual([portion(1000, 0, 1, 3), portion(1000, 1, 1, 3), portion(1000, 2, 1, 3)], [333, 334, 333])
  assert.equal(portion(3582, 0, 2, 2), 3582)
})

test('shipping costs more by zone and by each kilogram or part of one, and is offered in known currencies only', () => {
  const price = (country: string, currency: string, grams: number) =>
    shippingMethodsFor(country, currency, grams).map((method) => method.price.amount)
  assert.deepEqual(price('DE', 'EUR', 0), [490, 990])
  assert.deepEqual(price('DE', 'EUR', 2000), [490, 990])
  assert.deepEqual(price('DE', 'EUR', 2001), [550, 1100])
  assert.deepEqual(price('FR', 'EUR', 4000), [890 + 240, 1790 + 580])
  assert.deepEqual(price('US', 'USD', 100), [2190, 4390])
  assert.deepEqual(price('AQ', 'EUR', 100), [])
  assert.deepEqual(price('DE', 'GBP', 100), [])
})

const cup: PricedSku = {
  sku: 'CUP',
  slug: 'cup',
  title: 'Cup',
  variantTitle: 'Blue',
  prices: [{ amount: 1000, currency: 'EUR' }],
  weightGrams: 300,
  image: null,
  status: 'published',
  version: 1,
}

test('nothing costs nothing: an empty cart has no shipping costs, nor has one with nothing for sale', () => {
  const chosen = { shippingAddress: address, shippingMethod: 'standard' }
  for (const lines of [[], [{ sku: 'CUP', quantity: 1 }]]) {
    const { totals, shippingMethod } = priceCart({ ...chosen, lines }, [{ ...cup, status: 'gone' }])
    assert.deepEqual([totals.shipping, totals.tax, totals.total], [eur(0), eur(0), eur(0)])
    assert.equal(shippingMethod?.id, 'standard')
  }
})

test('the total of an order may be many times the largest price, and what does not fit is named', () => {
  const largest = 1_000_000_000_00
  const dear = { ...cup, prices: [eur(largest)] }
  const other = { ...dear, sku: 'JAR', title: 'Jar' }
  const priced = (quantity: number, more: CartInput['lines'] = []) =>
    priceCart(
      {
        lines: [{ sku: 'CUP', quantity }, ...more],
        shippingAddress: { ...address, country: 'US' },
        shippingMethod: 'express',
      },
      [dear, other],
    )
  const { lines, totals, problems } = priced(50)
  assert.deepEqual([lines[0]?.lineTotal.amount, problems], [50 * largest, []])
  assert.equal(totals.subtotal.amount, 50 * largest)
  assert.ok(totals.total.amount > 50 * largest && totals.total.amount <= 100 * largest)

  for (const quantity of [51, 999]) {
    const { lines, unsellable, totals, problems } = priced(quantity)
    assert.deepEqual([lines.length, unsellable.length, totals.total.amount], [0, 1, 0])
    assert.deepEqual([problems[0]?.code, problems[0]?.sku], ['order-too-large', 'CUP'])
  }
  const both = priced(30, [{ sku: 'JAR', quantity: 30 }])
  assert.deepEqual([both.lines.length, both.totals.subtotal.amount, both.problems[0]?.sku], [1, 30 * largest, 'JAR'])
})

test('lines of one SKU are one line: demand is one number (medusa #16502, vendure #1028)', () => {
  const { lines } = priceCart(
    {
      lines: [
        { sku: 'CUP', quantity: 2 },
        { sku: 'CUP', quantity: 3 },
      ],
    },
    [cup],
  )
  assert.deepEqual(
    lines.map((line) => [line.title, line.quantity, line.discount.amount, line.lineTotal.amount]),
    [['Cup, Blue', 5, 0, 5000]],
  )
})

test('a line that cannot be sold is shown but costs nothing', () => {
  const draft = { ...cup, sku: 'DRAFT', status: 'draft' as const }
  const dollars = { ...cup, sku: 'DOLLARS', prices: [{ amount: 1, currency: 'USD' }] }
  const priced = priceCart(
    { lines: ['CUP', 'DRAFT', 'DOLLARS', 'NEVER'].map((sku) => ({ sku, quantity: 1 })), codes: ['WELCOME10'] },
    [cup, draft, dollars],
  )
  assert.deepEqual(
    priced.problems.map((problem) => [problem.code, problem.sku]),
    [
      ['not-for-sale', 'DRAFT'],
      ['currency-unavailable', 'DOLLARS'],
      ['not-for-sale', 'NEVER'],
      ['code-unknown', undefined],
    ],
  )
  assert.equal(priced.totals.total.amount, 1000)
  assert.equal(priced.totals.discount.amount, 0)
})

/** Random numbers that are the same in every run, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
