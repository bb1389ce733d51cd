// Categories from outside: two levels, their counts, and what a new name means for the products in them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually, refusalOf } from '@souk/service/fixture'
import { aProduct, type Catalog, openCatalog } from '../fixture.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
})
after(() => shop.stop())

const slug = (word: string) => `${word}-${randomUUID().slice(0, 8)}`
const find = async (wanted: string) => (await shop.public.listCategories({})).items.find((one) => one.slug === wanted)

test('categories form two levels, parents first, in the order that staff gave them', async () => {
  const [hall, late, early] = [slug('hall'), slug('late'), slug('early')]
  await shop.staff.createCategory({ body: { slug: hall, title: 'Hall', position: 1 } })
  await shop.staff.createCategory({ body: { slug: late, title: 'A', parentSlug: hall, position: 5 } })
  await shop.staff.createCategory({ body: { slug: early, title: 'B', parentSlug: hall, position: 2 } })
  const slugs = (await shop.public.listCategories({})).items
    .map((one) => one.slug)
    .filter((one) => [hall, late, early].includes(one))
  assert.deepEqual(slugs, [hall, early, late])
  const third = shop.staff.createCategory({ body: { slug: slug('third'), title: 'C', parentSlug: late } })
  assert.equal((await refusalOf(third)).code, 'too-deep')
  const below = await shop.staff.createCategory({ body: { slug: slug('other'), title: 'Other' } })
  const hallId = (await find(hall))?.id as string
  for (const parentSlug of [below.slug, hall, early]) {
    const moved = shop.staff.changeCategory({ params: { id: hallId }, body: { parentSlug } })
    assert.equal((await refusalOf(moved)).code, 'too-deep', parentSlug)
  }
})

test('two moves at the same time do not make a third level', async () => {
  const made = await Promise.all(
    ['a', 'b', 'c'].map((word) => shop.staff.createCategory({ body: { slug: slug(word), title: word } })),
  )
  const [a, b, c] = made.map(({ id, slug }) => ({ id, slug }))
  const moves = await Promise.allSettled([
    shop.staff.changeCategory({ params: { id: a?.id as string }, body: { parentSlug: b?.slug } }),
    shop.staff.changeCategory({ params: { id: b?.id as string }, body: { parentSlug: c?.slug } }),
  ])
  assert.deepEqual(moves.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a given id makes repetition harmless, and a slug belongs to one category', async () => {
  const body = { id: randomUUID(), slug: slug('twice'), title: 'Twice' }
  const both = await Promise.all([1, 2].map(() => shop.staff.createCategory({ body })))
  assert.deepEqual(both[0], both[1])
  assert.equal((await refusalOf(shop.staff.createCategory({ body: { ...body, id: randomUUID() } }))).code, 'slug-taken')
  const unknown = shop.staff.createCategory({ body: { slug: slug('x'), title: 'X', parentSlug: 'nowhere' } })
  assert.equal((await refusalOf(unknown)).code, 'category-unknown')
})

test('a category that is added twice with one key is added once', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const add = (body: { slug: string; title: string }) => shop.staff.createCategory({ body, headers })
  const body = { slug: slug('keyed'), title: 'Keyed' }
  assert.deepEqual(await add(body), await add(body))
  assert.equal((await refusalOf(add({ ...body, title: 'Other' }))).code, 'idempotency-key-reused')
})

test('a category counts what is published in it and below, and its list shows the same', async () => {
  const [hall, stall] = [slug('hall'), slug('stall')]
  await shop.staff.createCategory({ body: { slug: hall, title: 'Hall' } })
  await shop.staff.createCategory({ body: { slug: stall, title: 'Stall', parentSlug: hall } })
  const add = (categorySlug: string, status: 'draft' | 'published') =>
    shop.staff.create({ body: aProduct({ categorySlug, status }) })
  await Promise.all([add(hall, 'published'), add(stall, 'published'), add(stall, 'published'), add(stall, 'draft')])
  assert.deepEqual([(await find(hall))?.productCount, (await find(stall))?.productCount], [3, 2])
  assert.equal((await shop.public.list({ query: { category: hall } })).items.length, 3)
  assert.equal((await shop.public.list({ query: { category: stall } })).items.length, 2)
  const [one] = (await shop.public.list({ query: { category: stall } })).items
  const { category } = await shop.public.read({ params: { slug: one?.slug as string } })
  assert.equal(category?.path, `${hall}/${stall}`)
})

test('only an empty category can be deleted', async () => {
  const body = { slug: slug('full'), title: 'Full' }
  const { id } = await shop.staff.createCategory({ body })
  const product = await shop.staff.create({ body: aProduct({ categorySlug: body.slug, status: 'draft' }) })
  assert.equal((await refusalOf(shop.staff.removeCategory({ params: { id } }))).code, 'category-not-empty')
  await shop.staff.remove({ params: { id: product.id } })
  await shop.staff.removeCategory({ params: { id } })
  assert.equal((await refusalOf(shop.staff.removeCategory({ params: { id } }))).code, 'not-found')
  assert.equal(await find(body.slug), undefined)
})

test('after a category has a new name its products are found by it, and others hear of a new slug', async () => {
  const old = slug('old')
  const { id } = await shop.staff.createCategory({ body: { slug: old, title: 'Samowar' } })
  const products = await shop.staff.createMany({
    body: {
      products: Array.from({ length: 3 }, (_, n) => aProduct({ title: `Thing ${n} ${old}`, categorySlug: old })),
    },
  })
  const found = async (q: string) =>
    (await shop.public.list({ query: { q } })).items.filter((one) => products.ids.includes(one.id)).length
  assert.equal(await found('samowar'), 3)
  const renamed = slug('new')
  await shop.staff.changeCategory({ params: { id }, body: { title: 'Teekessel', slug: renamed } })
  await eventually('its products are found by the new title', async () => (await found('teekessel')) === 3)
  assert.equal(await found('samowar'), 0)
  await shop.settle()
  const told = shop.messages<{ productId: string; version: number; category?: string }>('products.product-changed')
  for (const productId of products.ids) {
    const last = told.filter((it) => it.productId === productId).at(-1)
    assert.deepEqual([last?.version, last?.category], [2, renamed])
  }
  const changes = shop
    .messages<{ categoryId: string; slug: string }>('products.category-changed')
    .filter((it) => it.categoryId === id)
  assert.deepEqual(
    changes.map((it) => it.slug),
    [old, renamed],
  )
  assert.equal((await shop.public.list({ query: { category: renamed } })).items.length, 3)
})

test('a category that was renamed is found by its former slugs, until another category takes them or it is deleted', async () => {
  const [first, second, third] = [slug('one'), slug('two'), slug('three')]
  const { id } = await shop.staff.createCategory({ body: { slug: first, title: 'Lamps' } })
  const product = await shop.staff.create({ body: aProduct({ categorySlug: first }) })
  const rename = (to: string) => shop.staff.changeCategory({ params: { id }, body: { slug: to } })
  const foundBy = async (category: string) =>
    (await shop.public.list({ query: { category } })).items.map(({ id, category }) => [id, category])
  for (const to of [second, third]) await rename(to)
  for (const known of [first, second, third]) assert.deepEqual(await foundBy(known), [[product.id, third]], known)
  assert.deepEqual((await find(third))?.formerSlugs, [first, second].sort())
  assert.equal(await find(first), undefined)

  // A request that names a category by its former slug means this category.
  const below = await shop.staff.createCategory({ body: { slug: slug('below'), title: 'Below', parentSlug: first } })
  assert.equal(below.parentSlug, third)
  const { category } = await shop.staff.create({ body: aProduct({ categorySlug: second, status: 'draft' }) })
  assert.equal(category?.id, id)
  const moved = await shop.staff.change({ params: { id: product.id }, body: { categorySlug: second } })
  assert.equal(moved.category?.slug, third)

  await rename(first)
  assert.deepEqual((await find(first))?.formerSlugs, [second, third].sort())
  const other = await shop.staff.createCategory({ body: { slug: second, title: 'Other' } })
  assert.deepEqual(await foundBy(second), [])
  const taken = shop.staff.changeCategory({ params: { id: other.id }, body: { slug: first } })
  assert.equal((await refusalOf(taken)).code, 'slug-taken')

  await shop.staff.changeCategory({ params: { id: other.id }, body: { slug: slug('gone') } })
  await shop.staff.removeCategory({ params: { id: other.id } })
  assert.deepEqual(await foundBy(second), [])
  const unknown = shop.staff.create({ body: aProduct({ categorySlug: second }) })
  assert.equal((await refusalOf(unknown)).code, 'category-unknown')
})
