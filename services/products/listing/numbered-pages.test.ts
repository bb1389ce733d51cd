// Lists as a shop's pages need them: pages by number, the range of prices, cards with facts, and corrected queries.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { refusalOf } from '@souk/service/fixture'
import { aProduct, type Catalog, euros, openCatalog } from '../fixture.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
  await shop.staff.createCategory({ body: { slug: 'lamps', title: 'Lamps' } })
  await shop.staff.createCategory({ body: { slug: 'lanterns', title: 'Lanterns', parentSlug: 'lamps' } })
  const products = Array.from({ length: 23 }, (_, place) => {
    const number = place + 1
    return aProduct({
      title: `Lantern ${number}`,
      categorySlug: number % 2 ? 'lanterns' : 'lamps',
      attributes: { material: number % 3 ? 'Brass' : 'Iron', origin: 'Fez' },
      variants: [{ sku: `LANTERN-${number}`, prices: euros(1_000 + number) }],
    })
  })
  await shop.staff.createMany({ body: { products } })
})
after(() => shop.stop())

test('pages by number are those that cursors lead through, in every order', async () => {
  const lists = [
    { sort: 'newest', category: 'lamps' },
    { sort: 'newest', minPrice: 1_005 },
    { sort: 'title', attribute: ['material:Brass'] },
    { sort: 'price-asc' },
    { sort: 'price-desc', q: 'lantern' },
    { sort: 'relevance', q: 'lantern brass' },
  ] as const
  for (const list of lists) {
    const query = { ...list, attribute: 'attribute' in list ? [...list.attribute] : undefined, limit: 8 }
    let cursor: string | undefined
    for (let page = 1; page === 1 || cursor; page++) {
      const byCursor = await shop.public.list({ query: { ...query, cursor } })
      const byNumber = await shop.public.list({ query: { ...query, page } })
      const name = `${JSON.stringify(query)} ${page}`
      assert.deepEqual(byNumber.items, byCursor.items, name)
      assert.equal(byNumber.nextCursor, byCursor.nextCursor, name)
      assert.deepEqual([byNumber.page, byNumber.pageCount], [page, Math.ceil((byNumber.total ?? 0) / 8)], name)
      cursor = byCursor.nextCursor
      if (!cursor) assert.equal(byNumber.pageCount, page, name)
    }
    assert.deepEqual((await shop.public.list({ query: { ...query, page: 4 } })).items, [])
  }
})

test('a page that cannot be is refused', async () => {
  for (const query of [{ page: 0 }, { page: -1 }, { page: 1.5 }, { page: 5_001 }])
    assert.equal((await refusalOf(shop.public.list({ query }))).code, 'invalid-request')
  const { nextCursor: cursor } = await shop.public.list({ query: { limit: 5 } })
  assert.equal((await refusalOf(shop.public.list({ query: { page: 2, cursor } }))).code, 'invalid-page')
  assert.equal((await refusalOf(shop.public.list({ query: { page: 251 } }))).code, 'invalid-page')
  assert.deepEqual((await shop.public.list({ query: { page: 250 } })).items, [])
  assert.equal((await refusalOf(shop.public.list({ query: { q: 'lantern', page: 101 } }))).code, 'invalid-page')
})

test('the range of prices is that of all matches, whatever prices are asked for', async () => {
  const range = async (query: object) => {
    const { priceRange } = await shop.public.list({ query: { facets: true, ...query } })
    return priceRange && [priceRange.min.amount, priceRange.max.amount]
  }
  assert.deepEqual(await range({}), [1_001, 1_023])
  assert.deepEqual(await range({ minPrice: 1_010, maxPrice: 1_011 }), [1_001, 1_023])
  assert.deepEqual(await range({ category: 'lanterns' }), [1_001, 1_023])
  assert.deepEqual(await range({ category: 'lamps', attribute: ['material:Iron'], minPrice: 1_020 }), [1_003, 1_021])
  assert.deepEqual(await range({ q: 'lantern 7' }), [1_007, 1_007])
  assert.equal(await range({ currency: 'USD' }), undefined)
})

test('a card tells one fact, and the first attribute that tells much is taken', async () => {
  const { items } = await shop.public.list({ query: { sort: 'price-asc', limit: 3 } })
  assert.deepEqual(
    items.map(({ fact, images, language }) => [fact, images, language]),
    ['Brass', 'Brass', 'Iron'].map((value) => [{ name: 'material', value }, [], 'en']),
  )
})

test('a mistyped query says what was searched in its place, and can be searched as it is', async () => {
  const misspelled = await shop.public.list({ query: { q: 'Brass lantren', limit: 5, facets: true } })
  assert.equal(misspelled.correctedQuery, 'Brass lantern')
  assert.equal(misspelled.items.length, 5)
  const second = await shop.public.list({
    query: { q: 'Brass lantren', limit: 5, cursor: misspelled.nextCursor ?? '' },
  })
  assert.equal(second.correctedQuery, 'Brass lantern')
  assert.deepEqual((await shop.public.list({ query: { q: 'Brass lantren', limit: 5, page: 2 } })).items, second.items)
  const exact = await shop.public.list({ query: { q: 'Brass lantren', exact: true, facets: true } })
  assert.deepEqual([exact.items, exact.correctedQuery, exact.total], [[], undefined, 0])
  assert.equal((await shop.public.list({ query: { q: 'brass lantern' } })).correctedQuery, undefined)
  const nothing = await shop.public.list({ query: { q: 'lantren', category: 'lamps', minPrice: 9_999 } })
  assert.deepEqual([nothing.items, nothing.correctedQuery], [[], undefined])
  assert.equal((await shop.public.list({ query: { q: 'xqzvw' } })).correctedQuery, undefined)
})

test('suggestions are ten at most, with categories beside the products', async () => {
  const { items, categories = [] } = await shop.public.suggest({ query: { q: 'la' } })
  assert.deepEqual(categories, [
    { slug: 'lamps', title: 'Lamps' },
    { slug: 'lanterns', title: 'Lanterns' },
  ])
  assert.equal(items.length, 8)
  assert.deepEqual((await shop.public.suggest({ query: { q: 'lamps fez' } })).categories, [])
})

test('the feed has every published product once, with all that is public of it', async () => {
  await shop.staff.create({ body: aProduct({ title: 'Draft', status: 'draft' }) })
  const seen: string[] = []
  for (let after: string | undefined; ; ) {
    const { items, nextAfter } = await shop.public.feed({ query: after ? { limit: 10, after } : { limit: 10 } })
    for (const item of items) {
      assert.deepEqual(await shop.public.read({ params: { slug: item.slug } }), item)
      seen.push(item.id)
    }
    after = nextAfter
    if (!after) break
  }
  assert.deepEqual(seen, seen.toSorted())
  assert.equal(new Set(seen).size, 23)
  const slugs = await shop.public.feedSlugs({})
  assert.deepEqual(
    slugs.items.map(({ id }) => id),
    seen,
  )
})
