// Measures and reductions: unit prices to the cent, and the lowest price of 30 days with a clock that the test turns.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import { anonymous, refusalOf, staff, startForTest } from '@souk/service/fixture'
import { aProduct, euros } from '../fixture.ts'
import { invariants } from '../invariants.ts'
import { products } from '../service.ts'
import { measureText, unitPriceOf } from './measure.ts'

let time = Date.parse('2026-09-01T10:00:00Z')
const day = 24 * 60 * 60 * 1000
const pass = (days: number) => {
  time += days * day
}
let shop: Awaited<ReturnType<typeof open>>
before(async () => {
  shop = await open()
})
after(() => shop.stop())

async function open() {
  const started = await startForTest([products], { now: () => new Date(time) })
  return { ...started, staff: started.as(productsApi, staff), public: started.as(productsApi, anonymous) }
}

type Quantity = Parameters<typeof unitPriceOf>[1]
test('a unit price is exact and rounded half up, for 1 kg, l, m or m²', () => {
  const table: [amount: number, quantity: Quantity, price: number, per: string][] = [
    [760, { quantity: 80, unit: 'g' }, 9500, 'kg'],
    [590, { quantity: 50, unit: 'g' }, 11800, 'kg'],
    [1290, { quantity: 1, unit: 'g' }, 1_290_000, 'kg'],
    [5900, { quantity: 1, unit: 'kg' }, 5900, 'kg'],
    [100, { quantity: 300, unit: 'g' }, 333, 'kg'],
    [200, { quantity: 300, unit: 'g' }, 667, 'kg'],
    [1, { quantity: 8, unit: 'kg' }, 0, 'kg'],
    [1, { quantity: 2, unit: 'kg' }, 1, 'kg'],
    [790, { quantity: 100, unit: 'ml' }, 7900, 'l'],
    [790, { quantity: 0.75, unit: 'l' }, 1053, 'l'],
    [399, { quantity: 33, unit: 'cl' }, 1209, 'l'],
    [250, { quantity: 120, unit: 'cm' }, 208, 'm'],
    [48900, { quantity: 2.16, unit: 'm2' }, 22639, 'm2'],
    [0, { quantity: 0.001, unit: 'kg' }, 0, 'kg'],
    [1_000_000_000_00, { quantity: 3, unit: 'kg' }, 33_333_333_333, 'kg'],
  ]
  for (const [amount, measure, price, per] of table)
    assert.deepEqual(
      unitPriceOf({ amount, currency: 'EUR' }, measure),
      { price: { amount: price, currency: 'EUR' }, per },
      `${amount} for ${measure.quantity} ${measure.unit}`,
    )
  assert.equal(measureText({ quantity: 0.75, unit: 'l' }, 'de'), '0,75 l')
  assert.equal(measureText({ quantity: 2.16, unit: 'm2' }, 'en'), '2.16 m²')
})

const tea = (more: Partial<ProductInput['variants'][number]> = {}) => {
  const product = aProduct({ attributes: { origin: 'Assam' } })
  const [variant] = product.variants as [ProductInput['variants'][number]]
  return { ...product, variants: [{ ...variant, ...more }] }
}

test('a product and its card tell the unit price of the variant whose price is shown', async () => {
  const base = aProduct()
  const added = await shop.staff.create({
    body: {
      ...base,
      options: [{ name: 'Weight', values: ['80 g', '250 g'] }],
      variants: [
        {
          sku: `${base.variants[0]?.sku}-L`,
          options: { Weight: '250 g' },
          prices: euros(1900),
          measure: { quantity: 250, unit: 'g' },
        },
        {
          sku: `${base.variants[0]?.sku}-S`,
          options: { Weight: '80 g' },
          prices: euros(760),
          measure: { quantity: 80, unit: 'g' },
        },
      ],
    },
  })
  const read = await shop.public.read({ params: { slug: added.slug } })
  assert.deepEqual(
    read.variants.map((one) => one.unitPrice),
    [7600, 9500].map((amount) => ({ price: { amount, currency: 'EUR' }, per: 'kg' })),
  )
  const [card] = (await shop.public.list({ query: { limit: 1 } })).items
  assert.deepEqual(
    [card?.price?.amount, card?.unitPrice?.price.amount, card?.measure, card?.fact],
    [760, 9500, { quantity: 80, unit: 'g' }, { name: 'quantity', value: '80 g' }],
  )
  const dollars = await shop.public.read({ params: { slug: added.slug }, query: { currency: 'USD' } })
  assert.equal(dollars.variants[0]?.unitPrice, undefined)
})

test('a measure that cannot be right is refused', async () => {
  for (const [measure, code] of [
    [{ quantity: 0, unit: 'g' }, 'invalid-request'],
    [{ quantity: 5, unit: 'oz' }, 'invalid-request'],
    [{ quantity: 0.1234, unit: 'kg' }, 'invalid-variants'],
  ] as const)
    assert.equal((await refusalOf(shop.staff.create({ body: tea({ measure: measure as never }) }))).code, code)
  const tooDear = tea({ prices: euros(1_000_000_000_00), measure: { quantity: 0.001, unit: 'mg' } })
  assert.equal((await refusalOf(shop.staff.create({ body: tooDear }))).code, 'invalid-variants')
})

/** A variant that changes its price, day by day. */
async function sold(amount: number) {
  const product = tea({ prices: euros(amount) })
  const { id, slug } = await shop.staff.create({ body: product })
  const sku = product.variants[0]?.sku as string
  return {
    sku,
    id,
    /** The reduction that is shown after a change, by the product and, alike, by its card. */
    async costs(price: number, reduced: boolean): Promise<[lowest: number, percent: number] | undefined> {
      await shop.staff.change({ params: { id }, body: { variants: [{ sku, prices: euros(price), reduced }] } })
      const { variants } = await shop.public.read({ params: { slug } })
      const { items } = await shop.public.list({ query: { q: sku } })
      const shown = variants[0]?.reduction
      assert.deepEqual(items[0]?.reduction, shown)
      return shown && [shown.lowest30Days.amount, shown.percent]
    },
  }
}

test('a reduction is told from the lowest price of the 30 days before it began', async () => {
  const lamp = await sold(10_000)
  pass(40)
  assert.equal(await lamp.costs(8_000, false), undefined, 'not marked')
  pass(10)
  assert.equal(await lamp.costs(10_000, false), undefined)
  pass(10)
  assert.deepEqual(await lamp.costs(9_000, true), undefined, 'it cost 8,000 within 30 days')
  assert.deepEqual(await lamp.costs(7_000, true), [8_000, 12])
  pass(50)
  assert.deepEqual(await lamp.costs(7_000, true), [8_000, 12], 'it goes on')
  assert.deepEqual(await lamp.costs(6_000, true), [8_000, 25], 'it falls further')
  pass(5)
  assert.equal(await lamp.costs(7_500, true), undefined, 'a rise ends it: it cost 6,000 five days ago')
  pass(31)
  assert.deepEqual(await lamp.costs(7_000, true), [7_500, 6], 'a new one begins')
  assert.equal(await lamp.costs(7_000, false), undefined, 'the mark was taken away')
  assert.equal(await lamp.costs(7_000, true), undefined, 'the present price is the lowest')
})

test('a new product is not reduced, and no price of before is forgotten by taking a variant away', async () => {
  const bowl = await sold(5_000)
  assert.equal(await bowl.costs(5_000, true), undefined)
  pass(3)
  const other = { sku: `${bowl.sku}-2`, prices: euros(1) }
  await shop.staff.change({ params: { id: bowl.id }, body: { variants: [other] } })
  assert.deepEqual(await bowl.costs(4_000, true), [5_000, 20])
  const upper = { sku: bowl.sku.toLowerCase(), prices: euros(3_000), reduced: true }
  await shop.staff.change({ params: { id: bowl.id }, body: { variants: [upper] } })
  assert.deepEqual(await bowl.costs(3_000, true), [5_000, 40])
})

test('the past of prices is kept for as long as it counts, and agrees with what is shown', async () => {
  const rug = await sold(1_000)
  for (let step = 1; step <= 12; step++) {
    pass(10)
    await rug.costs(1_000 - step, step > 6)
  }
  const sql = shop.database('products').sql
  const rows = await sql`select from price_history where product_id = ${rug.id}`
  assert.ok(rows.length >= 6 && rows.length <= 9, `${rows.length} rows`)
  for (const { id, sql: text } of invariants)
    assert.deepEqual((await shop.database('products').pool.query(text)).rows, [], id)
})
