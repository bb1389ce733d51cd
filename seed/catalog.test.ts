// The demo's catalog keeps the promises that the shop makes of every product.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAddress } from '@souk/service/http/addresses'
import sharp from 'sharp'
import { demoCategories, demoCustomers, demoProducts, manyProducts } from './catalog.ts'
import { drawPicture, paintPicture } from './draw.ts'
import { altOf } from './picture-words.ts'
import type { SeedProduct } from './seed-product.ts'
import { views } from './views.ts'

const skusOf = (products: SeedProduct[]) => products.flatMap(({ variants }) => variants.map(({ sku }) => sku))
const slugsOf = (products: SeedProduct[]) => products.map(({ slug }) => slug)
const allDifferent = (names: string[]) =>
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  )
const stalls = new Set(
  demoCategories()
    .filter(({ parent }) => parent)
    .map(({ slug }) => slug),
)

function assertSellable({ slug, title, category, options, variants, picture }: SeedProduct) {
  assert.match(slug, /^[a-z0-9]+(-[a-z0-9]+)*$/)
  assert.ok(stalls.has(category), `${slug} hangs in ${category}`)
  assert.ok(title.length > 2 && variants.length > 0 && picture.seed > 0, slug)
  for (const { sku, options: chosen, prices, weightGrams, stock } of variants) {
    assert.match(sku, /^[A-Z0-9]+(-[A-Z0-9]+)*$/)
    assert.ok(sku.length <= 40, sku)
    assert.deepEqual(
      Object.keys(chosen),
      options.map(({ name }) => name),
      sku,
    )
    for (const { name, values } of options) assert.ok(values.includes(chosen[name]!), sku)
    assert.deepEqual(
      prices.map(({ currency }) => currency),
      ['EUR', 'USD'],
    )
    for (const { amount } of prices) assert.ok(Number.isInteger(amount) && amount > 0, `${sku} costs ${amount}`)
    assert.ok(Number.isInteger(weightGrams) && weightGrams > 0, sku)
    assert.deepEqual(Object.keys(stock), ['main', 'east'])
    for (const pieces of Object.values(stock)) assert.ok(Number.isInteger(pieces) && pieces >= 0, sku)
  }
  allDifferent(variants.map(({ options: chosen }) => JSON.stringify(chosen)))
}

test('the demo has at least 60 products and 150 SKUs, two of the products drafts', () => {
  const products = demoProducts()
  assert.ok(products.length >= 60, `${products.length} products`)
  assert.ok(skusOf(products).length >= 150, `${skusOf(products).length} SKUs`)
  assert.equal(products.filter(({ status }) => status === 'draft').length, 2)
})

test('everything is told in German, too, and what law asks of each kind of goods is told', () => {
  for (const { slug, translations } of demoCategories()) assert.ok(translations?.de?.title, slug)
  const isNumber = /^[\d× ]*( ?(cm|g|kg|l|ml|inch))?$|^A\d$/
  const sameInBoth = new Set(['Indigo', 'Vegan', 'E14', 'Gold'])
  for (const product of demoProducts()) {
    const { slug, category, attributes, options, legal, translations, variants } = product
    const german = translations?.de
    assert.ok(german?.title && german.description, slug)
    const words = [...Object.entries(attributes).flat(), ...options.flatMap(({ name, values }) => [name, ...values])]
    for (const word of words.filter((one) => !isNumber.test(one) && !sameInBoth.has(one)))
      assert.ok(german.words?.[word], `${slug}: ${word}`)
    const isFood = ['spices', 'tea', 'sweets-and-pantry'].includes(category)
    assert.equal(legal?.food !== undefined, isFood, slug)
    assert.equal(legal?.manufacturer !== undefined, !isFood, slug)
    if (isFood) for (const { sku, measure } of variants) assert.ok(measure, sku)
    if (['cushions', 'rugs-and-kilims', 'scarves-and-throws', 'hammam'].includes(category))
      assert.ok(legal?.textile, slug)
  }
})

test('no two products share a slug, a title or an SKU', () => {
  const products = demoProducts()
  allDifferent(slugsOf(products))
  allDifferent(products.map(({ title }) => title))
  allDifferent(skusOf(products))
})

test('every demo product can be sold: its stall exists, its options agree, its money is whole cents', () => {
  for (const product of demoProducts()) assertSellable(product)
})

test('categories form two levels, and every stall has something on it', () => {
  const categories = demoCategories()
  allDifferent(categories.map(({ slug }) => slug))
  const halls = new Set(categories.filter(({ parent }) => !parent).map(({ slug }) => slug))
  for (const { slug, parent } of categories) if (parent) assert.ok(halls.has(parent), slug)
  const filled = new Set(demoProducts().map(({ category }) => category))
  assert.deepEqual(
    [...stalls].filter((stall) => !filled.has(stall)),
    [],
  )
})

test('some things are scarce and some are sold out', () => {
  const totals = demoProducts().flatMap(({ variants }) => variants.map(({ stock }) => stock.main! + stock.east!))
  assert.ok(totals.filter((pieces) => pieces === 0).length >= 2)
  assert.ok(totals.filter((pieces) => pieces > 0 && pieces <= 3).length >= 10)
})

test('a thousand more products are sellable, different from each other and from the demo', () => {
  const many = [...manyProducts(1000)]
  assert.equal(many.length, 1000)
  for (const product of many) assertSellable(product)
  allDifferent([...slugsOf(many), ...slugsOf(demoProducts())])
  allDifferent([...skusOf(many), ...skusOf(demoProducts())])
  assert.deepEqual(
    [...stalls].filter((stall) => !many.some(({ category }) => category === stall)),
    [],
  )
})

test('the same seed gives the same products, another seed gives others', () => {
  assert.deepEqual([...manyProducts(1000)], [...manyProducts(1000)])
  assert.notDeepEqual([...manyProducts(10, 1)], [...manyProducts(10, 2)])
})

test('eight customers live in at least five countries and get mail at souk.example', () => {
  const customers = demoCustomers()
  assert.equal(customers.length, 8)
  allDifferent(customers.map(({ email }) => email))
  for (const { email } of customers) assert.match(email, /^[a-z]+@souk\.example$/)
  const countries = new Set(customers.flatMap(({ addresses }) => addresses.map(({ country }) => country)))
  assert.ok(countries.size >= 5)
  for (const address of customers.flatMap(({ addresses }) => addresses))
    assert.deepEqual(checkAddress({ ...address }), [])
})

test('every product draws, no two pictures are alike, and a recipe always draws the same one', () => {
  const draw = () => demoProducts().flatMap(({ picture }) => views.map((view) => drawPicture(picture, view)))
  const pictures = draw()
  allDifferent(pictures)
  assert.deepEqual(draw(), pictures)
  for (const picture of pictures) assert.doesNotMatch(picture, /NaN|undefined|Infinity/)
})

test('every picture is described in words of its own', () => {
  const alts = demoProducts().flatMap((product) => views.map((view) => altOf(product, view)))
  allDifferent(alts)
  const inGerman = demoProducts().flatMap((product) =>
    views.map(
      (view) => product.translations?.de?.words?.[altOf(product, view)] ?? `${product.slug} ${view} is missing`,
    ),
  )
  allDifferent([...alts, ...inGerman])
  for (const alt of [...alts, ...inGerman]) assert.ok(alt.length <= 300 && !/undefined|missing/.test(alt), alt)
})

test('a painted picture is a WebP of 4:5 under 200 kB', async () => {
  for (const [i, { picture }] of demoProducts().entries()) {
    if (i % 12 > 0) continue
    const painted = await paintPicture(picture, views[(i / 12) % views.length])
    const { format, width = 0, height = 0 } = await sharp(painted).metadata()
    assert.deepEqual([format, width / height], ['webp', 0.8])
    assert.ok(painted.length < 200_000, `${painted.length} bytes`)
  }
})
