// Looking for products: words, typing errors, filters, facets, orders and pages, over a shelf of a few hundred things.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import { aProduct, type Catalog, euros, openCatalog } from '../fixture.ts'

let shop: Catalog
const shelf: ProductInput[] = []
before(async () => {
  shop = await openCatalog()
  for (const [slug, title, parentSlug] of [
    ['ceramics', 'Ceramics'],
    ['home', 'Lamps & Home'],
    ['bowls', 'Bowls', 'ceramics'],
    ['plates', 'Plates', 'ceramics'],
    ['lanterns', 'Lanterns', 'home'],
  ] as const)
    await shop.staff.createCategory({ body: { slug, title, parentSlug } })
  const thing = (title: string, categorySlug: string, more: Partial<ProductInput> = {}) =>
    shelf.push(aProduct({ id: randomUUID(), title, categorySlug, ...more }))
  thing('Indigo Star Bowl', 'bowls', {
    description: 'A footed bowl painted freehand.',
    attributes: { material: 'Stoneware' },
  })
  thing('Café Crème Bowl', 'bowls', { attributes: { material: 'Porcelain' } })
  thing('Tagine', 'plates', { description: 'Simmers. Pictured beside a mosque and a lantern.' })
  thing('Mosque Lantern', 'lanterns', { attributes: { material: 'Brass' } })
  thing('Hand-painted Süßwasser Plate 1.5 l', 'plates', {})
  for (let n = 0; n < 300; n++) {
    const amount = 1000 + ((n * 7919) % 97) * 10
    const prices =
      n % 10 === 9 ? [{ amount, currency: 'USD' }] : [...euros(amount), { amount: amount + 1, currency: 'USD' }]
    thing(`Widget ${n % 60}`, ['bowls', 'plates', 'lanterns', 'ceramics'][n % 4] as string, {
      status: n % 25 === 24 ? 'draft' : 'published',
      attributes: { color: ['Red', 'Green', 'Blue'][n % 3] as string, size: ['S', 'M'][n % 2] as string },
      variants: [{ sku: `W-${n}`, prices }],
    })
  }
  await shop.staff.createMany({ body: { products: shelf.slice(0, 150) } })
  await shop.staff.createMany({ body: { products: shelf.slice(150) } })
})
after(() => shop.stop())

const published = () => shelf.filter(({ status }) => status === 'published')
const titles = async (q: string) => (await shop.public.list({ query: { q } })).items.map(({ title }) => title)
type Query = NonNullable<Parameters<Catalog['public']['list']>[0]['query']>
async function walk(query: Query, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await shop.public.list({ query: { ...query, cursor } })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
    await between()
  } while (cursor)
  return ids
}

test('words are found by their stems, half typed, without accents and across hyphens', async () => {
  assert.deepEqual(await titles('stars'), ['Indigo Star Bowl'])
  assert.deepEqual(await titles('indigo sta'), ['Indigo Star Bowl'])
  assert.deepEqual(await titles('cafe creme'), ['Café Crème Bowl'])
  assert.deepEqual(await titles('CAFÉ'), ['Café Crème Bowl'])
  for (const q of ['suss', 'sußwasser', 'hand painted plate', 'hand-painted', 'plate 1.5 l'])
    assert.deepEqual(await titles(q), ['Hand-painted Süßwasser Plate 1.5 l'], q)
  assert.deepEqual((await titles('painted freehand'))[0], 'Indigo Star Bowl')
  assert.deepEqual(await titles('brass lantern'), ['Mosque Lantern'])
  assert.deepEqual(await titles('a bowl for the stoneware'), ['Indigo Star Bowl'])
})

test('typing errors are forgiven', async () => {
  assert.deepEqual((await titles('ceramc bowl')).slice(0, 2).sort(), ['Café Crème Bowl', 'Indigo Star Bowl'])
  assert.equal((await titles('lantren'))[0], 'Mosque Lantern')
  assert.deepEqual(await titles('indgo'), ['Indigo Star Bowl'])
  assert.deepEqual(await titles('tajine'), ['Tagine'])
  assert.deepEqual(await titles('porcelian'), ['Café Crème Bowl'])
  assert.deepEqual(await titles('xyzzyx'), [])
  // A page of what was meant has a next page, and facets that count the same.
  const query = { q: 'wigdet', limit: 50 }
  const first = await shop.public.list({ query: { ...query, facets: true } })
  assert.equal(first.total, (await walk(query)).length)
  assert.equal(new Set(await walk(query)).size, published().filter(({ title }) => title.startsWith('Widget')).length)
})

test('a title counts more than a description, and the very title most', async () => {
  assert.deepEqual(await titles('mosque lantern'), ['Mosque Lantern', 'Tagine'])
  await shop.staff.create({ body: aProduct({ title: 'Star', description: 'x' }) })
  assert.deepEqual(await titles('star'), ['Star', 'Indigo Star Bowl'])
})

test('suggestions complete any word of a title, and forgive too', async () => {
  const suggested = async (q: string) => (await shop.public.suggest({ query: { q } })).items.map(({ title }) => title)
  assert.deepEqual(await suggested('ind'), ['Indigo Star Bowl'])
  assert.deepEqual(await suggested('indigo s'), ['Indigo Star Bowl'])
  assert.deepEqual(await suggested('bow'), ['Café Crème Bowl', 'Indigo Star Bowl'])
  assert.deepEqual(await suggested('lanten'), ['Mosque Lantern'])
  assert.equal((await suggested('w')).length, 8)
  assert.deepEqual(await suggested('%'), [])
  assert.deepEqual(await suggested("'"), [])
})

test('every order shows every product exactly once, while others are changed, added and deleted', async () => {
  const [changing] = (await shop.public.list({ query: { q: 'tagine' } })).items
  let n = 0
  const disturb = async () => {
    n += 1
    await shop.staff.change({
      params: { id: changing?.id as string },
      body: { description: `${n}`, title: `Tagine ${n}` },
    })
    const { id } = await shop.staff.create({ body: aProduct({ title: 'Zither', status: 'draft' }) })
    await shop.staff.remove({ params: { id } })
  }
  const settled = published()
    .map(({ id }) => id)
    .filter((id) => id !== changing?.id)
    .sort()
  for (const sort of ['newest', 'title', 'price-asc', 'price-desc'] as const) {
    const seen = (await walk({ sort, limit: 17 }, disturb)).filter((id) => settled.includes(id))
    assert.deepEqual(seen.toSorted(), settled, sort)
  }
  const widgets = published().filter(({ title }) => title.startsWith('Widget'))
  for (const sort of ['relevance', 'newest', 'title', 'price-asc', 'price-desc'] as const) {
    const seen = await walk({ q: 'widget', sort, limit: 17 }, disturb)
    assert.deepEqual(seen.toSorted(), widgets.map(({ id }) => id).sort(), `widget by ${sort}`)
  }
  await shop.staff.change({ params: { id: changing?.id as string }, body: { title: 'Tagine' } })
})

test('orders are what they say, with what has no price at the end', async () => {
  const byId = new Map(shelf.map((one) => [one.id, one]))
  const shown = async (query: Query) => (await walk({ q: 'widget', limit: 100, ...query })).map((id) => byId.get(id))
  const price = (one: ProductInput | undefined, currency: string) =>
    one?.variants[0]?.prices.find((it) => it.currency === currency)?.amount
  for (const currency of ['EUR', 'USD']) {
    for (const [sort, way] of [
      ['price-asc', 1],
      ['price-desc', -1],
    ] as const) {
      const prices = (await shown({ sort, currency })).map((one) => price(one, currency))
      const known = prices.filter((one) => one !== undefined)
      assert.deepEqual(
        known,
        known.toSorted((a, b) => way * (a - b)),
      )
      assert.ok(prices.slice(known.length).every((one) => one === undefined))
    }
  }
  const names = (await shown({ sort: 'title' })).map((one) => one?.title.toLowerCase() as string)
  assert.deepEqual(
    names,
    names.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  )
})

test('filters and facets agree with counting by hand', async () => {
  interface Wanted {
    categories?: string[]
    attributes: Record<string, string[]>
    min?: number
    max?: number
  }
  const matches = ({ categories, attributes, min = 0, max = Infinity }: Wanted) =>
    published().filter((one) => {
      const amount = one.variants[0]?.prices.find(({ currency }) => currency === 'EUR')?.amount
      const inRange = (min === 0 && max === Infinity) || (amount !== undefined && amount >= min && amount <= max)
      const has = Object.entries(attributes).every(([name, values]) => values.includes(one.attributes?.[name] ?? ''))
      return (
        inRange && has && (!categories || categories.includes(one.categorySlug ?? '')) && one.title.startsWith('Widget')
      )
    })
  const within: Record<string, string[]> = {
    ceramics: ['ceramics', 'bowls', 'plates'],
    bowls: ['bowls'],
    home: ['home', 'lanterns'],
  }
  const cases: [Query, Wanted][] = [
    [{}, { attributes: {} }],
    [{ category: 'ceramics' }, { categories: within.ceramics, attributes: {} }],
    [
      { category: 'bowls', attribute: ['color:Red'] },
      { categories: within.bowls, attributes: { color: ['Red'] } },
    ],
    [{ attribute: ['color:Red', 'color:Blue', 'size:S'] }, { attributes: { color: ['Red', 'Blue'], size: ['S'] } }],
    [
      { category: 'home', minPrice: 1200, maxPrice: 1500 },
      { categories: within.home, attributes: {}, min: 1200, max: 1500 },
    ],
    [
      { attribute: ['color:Green'], maxPrice: 1500 },
      { attributes: { color: ['Green'] }, max: 1500 },
    ],
    [{ attribute: ['color:Mauve'] }, { attributes: { color: ['Mauve'] } }],
  ]
  for (const [query, wanted] of cases) {
    const { total, facets = [] } = await shop.public.list({ query: { q: 'widget', facets: true, ...query } })
    const expected = matches(wanted)
      .map(({ id }) => id)
      .sort()
    assert.equal(total, expected.length)
    for (const sort of ['relevance', 'newest', 'price-asc', 'title'] as const)
      assert.deepEqual(
        (await walk({ q: 'widget', limit: 40, sort, ...query })).toSorted(),
        expected,
        `${JSON.stringify(query)} ${sort}`,
      )
    const count = (facet: string, value: string) =>
      facets.find(({ name }) => name === facet)?.values.find((one) => one.value === value)?.count ?? 0
    for (const color of ['Red', 'Green', 'Blue'])
      assert.equal(
        count('color', color),
        matches({ ...wanted, attributes: { ...wanted.attributes, color: [color] } }).length,
        color,
      )
    for (const [slug, categories] of Object.entries(within))
      assert.equal(count('category', slug), matches({ ...wanted, categories }).length, slug)
  }
  assert.deepEqual(await shop.public.list({ query: { category: 'nowhere', facets: true } }), {
    items: [],
    facets: [],
    total: 0,
    totalIsCapped: false,
    pageCount: 0,
  })
})

test('without words a category, a price and an attribute narrow the window too', async () => {
  const ids = (wanted: (one: ProductInput) => boolean) =>
    published()
      .filter(wanted)
      .map(({ id }) => id)
      .sort()
  const euro = (one: ProductInput) => one.variants[0]?.prices.find(({ currency }) => currency === 'EUR')?.amount ?? -1
  for (const sort of ['newest', 'title', 'price-asc', 'price-desc'] as const) {
    const seen = async (query: Query) => (await walk({ sort, limit: 30, ...query })).sort()
    assert.deepEqual(
      await seen({ category: 'lanterns' }),
      ids((one) => one.categorySlug === 'lanterns'),
    )
    assert.deepEqual(
      await seen({ minPrice: 1100, maxPrice: 1300 }),
      ids((one) => euro(one) >= 1100 && euro(one) <= 1300),
    )
    assert.deepEqual(
      await seen({ attribute: ['size:M'] }),
      ids((one) => one.attributes?.size === 'M'),
    )
  }
})

test('a card shows the lowest price and says when others are higher', async () => {
  const options = [{ name: 'Size', values: ['S', 'L'] }]
  const variants = [500, 900].map((amount, n) => ({
    sku: `CARD-${n}`,
    options: { Size: options[0]?.values[n] as string },
    prices: euros(amount),
  }))
  await shop.staff.create({ body: aProduct({ title: 'Quokka', options, variants, categorySlug: 'bowls' }) })
  const [card] = (await shop.public.list({ query: { q: 'quokka' } })).items
  assert.deepEqual(card?.price, { amount: 500, currency: 'EUR' })
  assert.deepEqual([card?.priceFrom, card?.variantCount, card?.category], [true, 2, 'bowls'])
  const [abroad] = (await shop.public.list({ query: { q: 'quokka', currency: 'CHF' } })).items
  assert.deepEqual([abroad?.price, abroad?.priceFrom], [undefined, false])
})

test('related products are others of the same shelf, then of the shelves beside it', async () => {
  const { items } = await shop.public.related({ params: { slug: 'mosque-lantern' } })
  assert.equal(items.length, 8)
  assert.ok(items.every(({ category, slug }) => category === 'lanterns' && slug !== 'mosque-lantern'))
})

test('a cursor that is not ours, or of another order, is refused', async () => {
  const { nextCursor } = await shop.public.list({ query: { sort: 'title', limit: 5 } })
  const made = (values: unknown) => Buffer.from(JSON.stringify(values)).toString('base64url')
  const id = randomUUID()
  const cases: [cursor: string, sort: Query['sort'], q?: string][] = [
    [nextCursor as string, 'price-asc'],
    ['rubbish', 'newest'],
    [made([]), 'newest'],
    [made(['2026-02-30T00:00:00.000Z', id, 0]), 'newest'],
    [made(['0000-01-01T00:00:00.000Z', id, 0]), 'newest'],
    [made(['infinity', id, 0]), 'newest'],
    [made([1e300, id, 0]), 'price-asc'],
    [made([1.5, id, 0]), 'price-asc'],
    [made(['x', 'not an id', 0]), 'title'],
    [made(['x\0', id, 0]), 'title'],
    [made(['x', id, 7]), 'title'],
    [made([1e-300, id, 0]), 'relevance', 'lantern'],
  ]
  for (const [cursor, sort, q] of cases) {
    const { status, body } = await shop.request(productsApi.routes.list, { query: { cursor, sort, q } })
    assert.deepEqual([status, (body as { code: string }).code], [400, 'invalid-cursor'], cursor)
  }
})

test('accents that stand on no letter are no words, in titles, descriptions and searches', async () => {
  const titled = (title: string) =>
    shop.staff.create({ body: aProduct({ id: randomUUID(), title, description: '5´ 6¨ \u05b0' }) })
  for (const title of ['Zebulon ´ Jug', 'O´Zebulon', 'OʼZebulon Vase', '´', 'Zebulon˝']) await titled(title)
  assert.deepEqual((await titles('zebulon ´ jug')).slice(0, 1), ['Zebulon ´ Jug'])
  assert.deepEqual((await titles("o'zebulon")).toSorted(), ['O´Zebulon', 'OʼZebulon Vase'])
  assert.deepEqual((await titles('ozebulon')).toSorted(), ['O´Zebulon', 'OʼZebulon Vase'])
  assert.deepEqual(await titles('´'), [])
})

test('whatever is typed, it is a question and never a command (A: F01, E02)', async () => {
  const { list, suggest } = productsApi.routes
  const probes = [
    "' or 1=1 --",
    "'; drop table product; --",
    'a & | ! ( )',
    "x':*",
    '\\',
    "\\'",
    '%',
    '_',
    ':*',
    '!!!',
    '<->',
    '🫖',
    '½ ŉ',
    'a\u0301',
    '"quoted words"',
    'select * from variant',
    'a'.repeat(200),
    'é '.repeat(90),
    '1e5 0x1f -14 3.5e-7',
    'http://x.y/z?q=1 a@b.c',
    'हिन्दी 日本語 العربية',
    '\u0301',
    'tea ´ pot',
    'x˝',
    '¨¸˙˘',
    'a \u05b0\u064e b',
  ]
  for (const q of probes) {
    const answers = await Promise.all([
      shop.request(list, { query: { q, facets: true } }),
      shop.request(list, { query: { q, sort: 'price-asc' } }),
      shop.request(suggest, { query: { q: q.slice(0, 100) } }),
      shop.request(list, { query: { attribute: [`color:${q}`], facets: true } }),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
      q,
    )
  }
  for (const query of [
    'sort=id;drop',
    'sort=p.title',
    'attribute=a%27b:c',
    'currency=eur',
    'category=%27',
    'limit=101',
    'q=%00',
    'minPrice=1.5',
  ]) {
    assert.equal((await shop.request(list, { query })).status, 400, query)
  }
  assert.ok((await shop.public.list({})).items.length > 0)
})
