// Texts in other languages, and the facts that law asks for.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ProductInput } from '@souk/contracts/products'
import { refusalOf } from '@souk/service/fixture'
import { aProduct, type Catalog, euros, openCatalog } from '../fixture.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
  await shop.staff.createCategory({
    body: {
      slug: 'pots',
      title: 'Pots',
      description: 'For tea.',
      translations: { de: { title: 'Kannen', description: 'Für Tee.' } },
    },
  })
})
after(() => shop.stop())

const legal: NonNullable<ProductInput['legal']> = {
  manufacturer: { name: 'Bennani', address: 'Fez, Morocco', email: 'hello@bennani.example' },
  warnings: 'Hot when full.',
  textile: {
    fibers: [
      { fiber: 'Cotton', percent: 66.7 },
      { fiber: 'Wool', percent: 33.3 },
    ],
  },
  withdrawal: 'excluded',
  withdrawalReason: 'Made to your order.',
}
const teapot = (): ProductInput => {
  const product = aProduct()
  const sku = product.variants[0]?.sku as string
  return {
    ...product,
    title: `Teapot ${sku}`,
    description: 'Holds a story.',
    categorySlug: 'pots',
    attributes: { material: 'Stoneware', origin: 'Fez' },
    options: [{ name: 'Size', values: ['Small', 'Large'] }],
    variants: [
      { sku, options: { Size: 'Small' }, prices: euros(1900), measure: { quantity: 0.8, unit: 'l' } },
      { sku: `${sku}-L`, options: { Size: 'Large' }, prices: euros(2900) },
    ],
    legal,
    translations: {
      de: {
        title: `Teekanne ${sku}`,
        description: 'Fasst eine Geschichte.',
        words: {
          material: 'Material',
          Stoneware: 'Steinzeug',
          Size: 'Größe',
          Small: 'Klein',
          Large: 'Groß',
          Cotton: 'Baumwolle',
          Wool: 'Wolle',
        },
        legal: { warnings: 'Gefüllt heiß.', withdrawalReason: 'Wird für Sie angefertigt.' },
      },
      fr: { title: `Théière ${sku}` },
    },
  }
}

test('a product is answered in the language asked for, or in its own', async () => {
  const added = await shop.staff.create({ body: teapot() })
  const german = await shop.public.read({ params: { slug: added.slug }, query: { language: 'de' } })
  assert.match(german.title, /^Teekanne/)
  assert.deepEqual(
    [
      german.language,
      german.description,
      german.attributes,
      german.attributeNames,
      german.options,
      german.category?.title,
    ],
    [
      'de',
      'Fasst eine Geschichte.',
      { material: 'Steinzeug', origin: 'Fez' },
      { material: 'Material' },
      [{ name: 'Größe', values: ['Klein', 'Groß'] }],
      'Kannen',
    ],
  )
  assert.deepEqual(
    german.variants.map(({ title, options }) => [title, options]),
    [
      ['Klein', { Größe: 'Klein' }],
      ['Groß', { Größe: 'Groß' }],
    ],
  )
  assert.deepEqual(german.legal, {
    ...legal,
    warnings: 'Gefüllt heiß.',
    withdrawalReason: 'Wird für Sie angefertigt.',
    textile: {
      fibers: [
        { fiber: 'Baumwolle', percent: 66.7 },
        { fiber: 'Wolle', percent: 33.3 },
      ],
    },
  })
  assert.equal(german.translations, undefined)
  const french = await shop.public.read({ params: { slug: added.slug }, query: { language: 'fr' } })
  assert.deepEqual(
    [french.language, french.description, french.legal?.warnings],
    ['fr', 'Holds a story.', 'Hot when full.'],
  )
  for (const language of ['en', 'it', undefined]) {
    const own = await shop.public.read({ params: { slug: added.slug }, query: { language } })
    assert.deepEqual([own.title, own.language], [added.title, 'en'])
  }
  assert.equal(
    (await refusalOf(shop.public.read({ params: { slug: added.slug }, query: { language: 'D!' } }))).code,
    'invalid-request',
  )
})

test('lists, facets, suggestions and categories speak the language asked for', async () => {
  const { slug } = await shop.staff.create({ body: teapot() })
  const list = await shop.public.list({ query: { category: 'pots', facets: true, language: 'de', limit: 1 } })
  const [card] = list.items
  assert.deepEqual([card?.slug, card?.title.startsWith('Teekanne'), card?.language], [slug, true, 'de'])
  assert.deepEqual(card?.fact, { name: 'quantity', value: '0,8 l' })
  const material = list.facets?.find(({ name }) => name === 'material')
  assert.deepEqual(
    [material?.title, material?.values[0]?.value, material?.values[0]?.title],
    ['Material', 'Stoneware', 'Steinzeug'],
  )
  assert.equal(list.facets?.find(({ name }) => name === 'category')?.values[0]?.title, 'Kannen')
  const { items } = await shop.public.listCategories({ query: { language: 'de' } })
  assert.deepEqual([items[0]?.title, items[0]?.description, items[0]?.language], ['Kannen', 'Für Tee.', 'de'])
  const suggested = await shop.public.suggest({ query: { q: 'kann', language: 'de' } })
  assert.deepEqual(suggested.categories, [{ slug: 'pots', title: 'Kannen' }])
  assert.match((await shop.public.suggest({ query: { q: 'teek', language: 'de' } })).items[0]?.title ?? '', /^Teekanne/)
})

test('a search finds the words of every language, and corrects them with their accents', async () => {
  const { slug } = await shop.staff.create({
    body: aProduct({
      title: 'Cup',
      attributes: { color: 'Turquoise' },
      translations: { de: { title: 'Becher', description: 'Schön türkis.', words: { Turquoise: 'Türkisblau' } } },
    }),
  })
  for (const q of ['Becher', 'türkisblau', 'tuerkisblau', 'turkisblau', 'schöner türkis'])
    assert.equal((await shop.public.list({ query: { q, language: 'de' } })).items[0]?.slug, slug, q)
  const misspelled = await shop.public.list({ query: { q: 'Becher türkisblua', language: 'de' } })
  assert.equal(misspelled.correctedQuery, 'Becher türkisblau')
  await shop.staff.changeCategory({
    params: { id: (await shop.public.listCategories({})).items[0]?.id ?? '' },
    body: { translations: { de: { title: 'Teegefäße' } } },
  })
  await shop.settle()
  assert.ok((await shop.public.list({ query: { q: 'teegefäße' } })).items.length > 0)
})

test('others are told the titles in every language, and that buyers cannot withdraw', async () => {
  const { id } = await shop.staff.create({ body: teapot() })
  await shop.settle()
  const told = shop.messages<Record<string, unknown>>('products.product-changed').find((one) => one.productId === id)
  assert.deepEqual(Object.keys(told?.titles as object), ['de', 'fr'])
  const [small, large] = (told?.variants ?? []) as Record<string, unknown>[]
  assert.deepEqual(
    [small?.titles, small?.measure, large?.measure],
    [{ de: 'Klein', fr: 'Small' }, { quantity: 0.8, unit: 'l' }, undefined],
  )
  assert.equal(told?.withdrawal, 'excluded')
})

test('staff changes translations and legal facts as a whole, and takes them away', async () => {
  const input = teapot()
  const { id, slug } = await shop.staff.create({ body: input })
  assert.deepEqual((await shop.staff.readAny({ params: { id } })).translations, input.translations)
  const change = (body: Parameters<typeof shop.staff.change>[0]['body']) => shop.staff.change({ params: { id }, body })
  await change({ title: 'Pot', attributes: { material: 'Clay' } })
  assert.deepEqual((await shop.staff.readAny({ params: { id } })).translations, input.translations)
  const changed = await change({ translations: { de: { title: 'Kanne' } }, legal: { warnings: 'Hot.' } })
  assert.deepEqual([changed.translations, changed.legal], [{ de: { title: 'Kanne' } }, { warnings: 'Hot.' }])
  const without = await change({ translations: null, legal: null })
  assert.deepEqual([without.translations, without.legal], [undefined, undefined])
  const read = await shop.public.read({ params: { slug }, query: { language: 'de' } })
  assert.deepEqual([read.title, read.language], ['Pot', 'en'])
})

test('facts that cannot be true are refused, each with what to do', async () => {
  const table: [more: Partial<ProductInput>, code: string, words: RegExp][] = [
    [{ legal: { manufacturer: { name: 'A', address: 'B' } } }, 'invalid-legal', /e-mail address or a link/],
    [{ legal: { textile: { fibers: [{ fiber: 'Wool', percent: 99.9 }] } } }, 'invalid-legal', /99.9 percent/],
    [{ legal: { textile: { fibers: [{ fiber: 'Wool', percent: 33.33 }] } } }, 'invalid-legal', /one decimal/],
    [
      { legal: { textile: { fibers: ['Wool', 'wool'].map((fiber) => ({ fiber, percent: 50 })) } } },
      'invalid-legal',
      /there twice/,
    ],
    [{ legal: { withdrawal: 'excluded' } }, 'invalid-legal', /why/],
    [{ legal: { withdrawalReason: 'Because.' } }, 'invalid-legal', /not excluded/],
    [{ translations: { en: { title: 'Pot' } } }, 'invalid-translations', /language en/],
  ]
  const { id } = await shop.staff.create({ body: aProduct() })
  for (const [more, code, words] of table)
    for (const call of [
      () => shop.staff.create({ body: aProduct(more) }),
      () => shop.staff.change({ params: { id }, body: more }),
    ]) {
      const refusal = await refusalOf(call())
      assert.equal(refusal.code, code)
      assert.match(refusal.problem.detail ?? '', words)
    }
})
