// What a search finds first: a table of queries and their first hits, over the demo shop and over titles in many scripts and spellings.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import { anonymous, staff, startForTest } from '@souk/service/fixture'
import { aProduct, type Catalog, openCatalog } from '../fixture.ts'
import { products } from '../service.ts'

/** A title, and queries that must find it before anything else. */
const found: Record<string, readonly string[]> = {
  // Spellings, with and without what a keyboard lacks.
  'Süßholz Tee': ['süßholz', 'suessholz', 'sussholz', 'SUESSHOLZ TEE', 'suess', 'Süßhölzer', 'tee sueßholz'],
  'Muesli Schale': ['müsli', 'Müslischale', 'muesli'],
  'Rødgrød Glas': ['rodgrod', 'roedgroed', 'rødgrød'],
  'Crème brûlée torch': ['creme brulee', 'crème brûlée', 'CRÈME'],
  'Łódź poster': ['lodz', 'łódź'],
  // Joined, hyphenated and apart.
  'T-Shirt Indigo': ['tshirt', 't-shirt', 'T Shirt', 't‑shirt indigo', 'tshirt indigo', 'TShirt'],
  'Ebike lamp': ['e-bike', 'e bike', 'ebike', 'E‑Bike lamp'],
  'E-Scooter bell': ['escooter', 'e scooter', 'e-scooter'],
  'Ice Cream scoop': ['icecream', 'ice-cream', 'ice cream'],
  'Backgammon board': ['back gammon', 'back-gammon', 'backgammon'],
  'Jack-in-the-Box toy': ['jackinthebox', 'jack in the box', 'jack-in-the-box'],
  'Women’s O’Neill cap': ["women's", 'womens', 'oneill', "o'neill cap", 'o neill'],
  'Kettle 1.5 l': ['kettle 1.5 l', '1,5 l kettle', 'kettle 1.5l'],
  'Rice 5kg': ['rice 5 kg', 'rice 5kg', '5-kg rice'],
  // Words that say nothing, where they are all that there is.
  'The Who': ['the who', 'who', 'THE WHO'],
  'To Be or Not to Be': ['to be or not to be', 'not to be'],
  'Der Die Das': ['der die das', 'die das'],
  // Other scripts.
  'ΟΔΥΣΣΕΥΣ κύπελλο': ['οδυσσευς', 'Οδυσσεύς', 'ΟΔΥΣΣΕΎΣ', 'οδυσσεύσ', 'κυπελλο', 'ΚΎΠΕΛΛΟ', 'οδυσσευς κυπελλο'],
  'Ёлочная игрушка': ['елочная', 'ЁЛОЧНАЯ ИГРУШКА', 'игрушки', 'елочн'],
  'Чайный сервиз': ['чайный', 'чайного сервиза', 'ЧАЙНЫЙ', 'сервизы'],
  'Київська їжа': ['київська', 'ЇЖА', 'їжа'],
  高級抹茶碗セット: ['抹茶', '茶碗', '抹茶碗', 'セット', '碗', '高級抹茶', '碗セット', 'ｾｯﾄ', 'せっと'],
  手作りラーメン丼: ['ラーメン', 'らーめん', 'ﾗｰﾒﾝ', '丼', '手作り'],
  景德镇青花瓷茶壶: ['青花瓷', '茶壶', '景德镇', '瓷', '壶'],
  iPhone用ケース: ['iphone', 'iPhone ケース', 'ケース', 'ｉＰｈｏｎｅ'],
  무선이어폰케이스: ['이어폰', '무선', '케이스', '무선 이어폰'],
  ถ้วยน้ำชาเซรามิก: ['ชา', 'ถ้วย', 'น้ำชา', 'เซรามิก'],
  'مُصْحَف قديم': ['مصحف', 'قديم', 'مُصحف'],
  'إبريق شاي': ['ابريق', 'إبريق', 'شاي', 'شـاي'],
  'חנוכיה מפליז': ['חנוכיה', 'מפליז', 'מפלי'],
  'שָׁלוֹם מדבקה': ['שלום', 'מדבקה', 'שלו'],
  'हिन्दी किताब': ['हिन्दी', 'किताब', 'हिन्द'],
  'ＦＵＬＬ Ｗｉｄｔｈ Ｍｕｇ': ['full width', 'mug full', 'ＭＵＧ', 'full width mug'],
  'Calendar ٢٠٢٧': ['calendar 2027', '٢٠٢٧', '2027'],
  // Stems of the shop's languages.
  'Große Schalen': ['grosse schale', 'schalen', 'große'],
  'Hand-knitted socks': ['sock', 'knitted sock', 'handknitted', 'hand knit'],
  'İstanbul ışık': ['istanbul', 'ISTANBUL', 'isik', 'ışık'],
}

let shop: Catalog
before(async () => {
  shop = await openCatalog()
  const body = Object.keys(found).map((title) => aProduct({ title }))
  await shop.staff.createMany({ body: { products: body } })
  await shop.staff.createMany({ body: { products: demo } })
})
after(() => shop.stop())

const demo: ProductInput[] = [
  aProduct({
    title: 'Indigo Tea Bowl',
    variants: [{ sku: 'ABC-1.RED_x', prices: [{ amount: 100, currency: 'EUR' }] }],
  }),
  aProduct({ title: 'Tea Towel', description: 'Dries an indigo bowl.' }),
  aProduct({ title: 'Saddle bag', attributes: { material: 'Leather' } }),
  aProduct({ title: 'Leather polish for a long saddle' }),
]
const titles = async (q: string) => (await shop.public.list({ query: { q } })).items.map(({ title }) => title)
const suggested = async (q: string) =>
  (await shop.public.suggest({ query: { q } })).items.map(({ title }: { title: string }) => title)

test('each of these queries finds its title first', async () => {
  const wrong: string[] = []
  for (const [title, queries] of Object.entries(found)) {
    for (const q of queries) {
      const [first] = await titles(q)
      if (first !== title) wrong.push(`${q} -> ${first}, not ${title}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('what is being typed is completed in every script', async () => {
  const wrong: string[] = []
  for (const [title, [query = '']] of Object.entries(found)) {
    for (const q of [query, query.slice(0, -1)].filter((one) => one.length > 2))
      if (!(await suggested(q)).includes(title)) wrong.push(`${q} does not suggest ${title}`)
  }
  assert.deepEqual(wrong, [])
})

test('an SKU finds its product, with and without what stands between its letters', async () => {
  for (const q of ['ABC-1.RED_x', 'abc-1.red_x', 'abc1redx', 'ABC 1 RED X', 'abc-1', 'abc1red', 'ABC-1.RE'])
    assert.equal((await titles(q))[0], 'Indigo Tea Bowl', q)
})

test('words in the title come before words elsewhere, exact words before others', async () => {
  assert.deepEqual(await titles('indigo bowl'), ['Indigo Tea Bowl', 'Tea Towel'])
  assert.deepEqual(await titles('leather saddle'), ['Leather polish for a long saddle', 'Saddle bag'])
})

test('typing errors are forgiven for goods that were added later, in every script', async () => {
  for (const title of ['Kvarnsten grinder', 'Самовар', 'Zellige Fliese', 'Φλιτζάνι'])
    await shop.staff.create({ body: aProduct({ title }) })
  const cases: [query: string, title: string][] = [
    ['kvarnstem', 'Kvarnsten grinder'],
    ['kvarsnten grindr', 'Kvarnsten grinder'],
    ['самвар', 'Самовар'],
    ['zelige flise', 'Zellige Fliese'],
    ['φλιτζανυ', 'Φλιτζάνι'],
  ]
  for (const [q, title] of cases) assert.equal((await titles(q))[0], title, q)
  assert.deepEqual(await suggested('kvarnstem'), ['Kvarnsten grinder'])
})

test('an exactly typed new word is found before words that only look like it', async () => {
  for (const title of ['Lantern oil', 'Lanterm']) await shop.staff.create({ body: aProduct({ title }) })
  assert.equal((await titles('lanterm'))[0], 'Lanterm')
  assert.ok(!(await titles('lanterm')).includes('Lantern oil'))
})

test('the title of a draft hides no correction', async () => {
  await shop.staff.create({ body: aProduct({ title: 'Chandelier' }) })
  await shop.staff.create({ body: aProduct({ title: 'Chandeleir', status: 'draft' }) })
  assert.deepEqual(await titles('chandeleir'), ['Chandelier'])
})

test('a changed title is found by its new words and no longer by its old ones', async () => {
  const { id } = await shop.staff.create({ body: aProduct({ title: 'Xylofon' }) })
  await shop.staff.change({ params: { id }, body: { title: 'Marimba' } })
  assert.deepEqual([await titles('marimba'), (await titles('xylofon')).includes('Marimba')], [['Marimba'], false])
  await shop.staff.change({
    params: { id },
    body: { variants: [{ sku: 'MARI-2', prices: [{ amount: 1, currency: 'EUR' }] }] },
  })
  assert.deepEqual(await titles('mari2'), ['Marimba'])
})

test('a shop chooses the languages whose word forms it knows', async () => {
  const finnish = await startForTest([products], { env: { PRODUCTS_LANGUAGES: 'Finnish, english' } })
  try {
    const [staffShop, window] = [finnish.as(productsApi, staff), finnish.as(productsApi, anonymous)]
    await staffShop.create({ body: aProduct({ title: 'Talo' }) })
    const { items } = await window.list({ query: { q: 'taloissa' } })
    assert.deepEqual(
      items.map(({ title }) => title),
      ['Talo'],
    )
    const wrong = await startForTest([products], { env: { PRODUCTS_LANGUAGES: 'klingon' } }).catch((error) => error)
    assert.match(String(wrong), /PRODUCTS_LANGUAGES.*"klingon" is none/)
  } finally {
    await finnish.stop()
  }
})

test('the next page of a search goes on where the last one ended', async () => {
  const many = Array.from({ length: 120 }, (_, n) =>
    aProduct({ title: `Pagoda ${'x'.repeat(n % 7)} ${n}`, description: n % 2 ? 'pagoda' : '' }),
  )
  await shop.staff.createMany({ body: { products: many } })
  await shop.staff.createMany({
    body: { products: many.map(() => aProduct({ description: 'Fits every pagoda.' })) },
  })
  for (const limit of [7, 20, 100]) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await shop.public.list({ query: { q: 'pagodas', limit, cursor } })
      seen.push(...page.items.map(({ title }) => title))
      cursor = page.nextCursor
    } while (cursor)
    assert.equal(seen.length, 240)
    assert.ok(seen.slice(0, 120).every((title) => title.startsWith('Pagoda')))
    assert.ok(!seen.slice(120).some((title) => title.startsWith('Pagoda')))
  }
})

test('keywords in every language find a product, and are kept until staff changes them', async () => {
  const keywords = ['Samowarkanne', 'housewarming']
  const { id, slug } = await shop.staff.create({
    body: aProduct({
      title: 'Quillon',
      keywords,
      translations: { de: { title: 'Quillone', keywords: ['Einweihung'] } },
    }),
  })
  assert.deepEqual((await shop.staff.readAny({ params: { id } })).keywords, keywords)
  assert.equal((await shop.public.read({ params: { slug } })).keywords, undefined)
  for (const q of ['housewarming', 'Einweihung', 'Samowarkanne'])
    assert.equal((await shop.public.list({ query: { q } })).items[0]?.id, id, q)

  const changed = await shop.staff.change({ params: { id }, body: { attributes: { material: 'Tin' } } })
  assert.deepEqual([changed.keywords, changed.translations?.de?.keywords], [keywords, ['Einweihung']])
  await shop.staff.change({ params: { id }, body: { keywords: null, translations: { de: { title: 'Quillone' } } } })
  for (const q of ['housewarming', 'Einweihung'])
    assert.deepEqual((await shop.public.list({ query: { q, exact: true } })).items, [], q)
  assert.equal((await shop.staff.readAny({ params: { id } })).keywords, undefined)
})

test('a compound is found by the word that it ends with, after goods that are called by that word alone', async () => {
  for (const title of ['Zwiebelkorb', 'Zwiebel', 'Riesenzwiebel'])
    await shop.staff.create({ body: aProduct({ title }) })
  assert.deepEqual(await titles('Zwiebeln'), ['Zwiebel', 'Riesenzwiebel'])
  assert.deepEqual(await titles('Gemüsezwiebel'), ['Zwiebel', 'Riesenzwiebel'])
})
