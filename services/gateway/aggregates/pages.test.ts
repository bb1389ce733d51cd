// Aggregates: missing parts are named, and parts that many pages need are fetched once.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { isCurrency } from '@souk/contracts'
import { gatewayApi } from '@souk/contracts/gateway'
import { CategoryChanged } from '@souk/contracts/products'
import { newTrace } from '@souk/messaging'
import { Refusal } from '@souk/service'
import { anonymous } from '@souk/service/fixture'
import type { FakeAnswers } from '../fakes.ts'
import { startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
const card = { id: randomUUID(), slug: 'bowl', title: 'Bowl', priceFrom: false, variantCount: 1 }
const product = {
  id: randomUUID(),
  slug: 'tea-pot',
  title: 'Tea pot',
  description: '',
  status: 'published',
  attributes: {},
  options: [],
  images: [],
  variants: ['POT-S', 'POT-L'].map((sku) => ({ sku, title: '', options: {}, prices: [], weightGrams: 1 })),
  version: 1,
  createdAt: new Date().toISOString(),
  updatedAt: new Date().toISOString(),
}
const category = (slug: string, parentSlug?: string) => ({
  id: randomUUID(),
  slug,
  title: slug,
  description: '',
  parentSlug,
  position: 0,
  productCount: 1,
})
const down = () => {
  throw new Refusal('unavailable', 503, 'Down.')
}
const healthy: FakeAnswers = {
  'products.read': ({ params }) => {
    if (params.slug !== 'tea-pot') throw new Refusal('not-found', 404, 'There is no such product.')
    return product
  },
  'products.related': () => ({ items: [card] }),
  'products.list': () => ({ items: [card] }),
  'products.listCategories': () => ({ items: [category('tea'), category('pots', 'tea'), category('rugs')] }),
  'inventory.availability': ({ query }) => ({
    items: (query.sku as unknown as string[]).map((sku) => ({ sku, available: 3, status: 'in-stock' })),
  }),
}
before(async () => {
  shop = await startGateway({ ...healthy }, { GATEWAY_RATE_LIMIT: 'off' })
})
after(() => shop.stop())
beforeEach(async () => {
  Object.assign(shop.answers, healthy)
  await shop.publish(CategoryChanged({ categoryId: randomUUID(), slug: 'a' }))
  shop.asked.clear()
})
/** The query of a page that is not in the cache yet: pages are cached for half a second. */
const currencies = Intl.supportedValuesOf('currency').filter(isCurrency)
const fresh = () => `currency=${currencies.pop() ?? assert.fail('Every currency was asked for.')}`

test('a product page brings product, availability and related products', async () => {
  const { status, body } = await shop.ask(`/v1/pages/product/tea-pot?${fresh()}`)
  assert.equal(status, 200)
  assert.equal((body.product as { slug: string }).slug, 'tea-pot')
  assert.deepEqual(
    (body.availability as { sku: string }[]).map(({ sku }) => sku),
    ['POT-S', 'POT-L'],
  )
  assert.equal((body.related as unknown[]).length, 1)
  assert.deepEqual(body.missing, [])
})

test('a service that is down leaves a gap, not an error', async () => {
  shop.answers['inventory.availability'] = down
  shop.answers['products.related'] = down
  const { status, body } = await shop.ask(`/v1/pages/product/tea-pot?${fresh()}`)
  assert.equal(status, 200)
  assert.deepEqual((body.missing as string[]).toSorted(), ['availability', 'related'])
  assert.equal('availability' in body, false)
  assert.equal((body.product as { slug: string }).slug, 'tea-pot')
})

test('a slow service leaves a gap', async () => {
  shop.answers['products.read'] = () => ({ ...product, variants: [{ ...product.variants[0], sku: 'SLOW' }] })
  shop.answers['inventory.availability'] = () => new Promise(() => undefined)
  const { body } = await shop.ask(`/v1/pages/product/tea-pot?${fresh()}`)
  assert.deepEqual(body.missing, ['availability'])
})

test('a page with a short deadline leaves a gap in time', async () => {
  shop.answers['products.read'] = () => ({ ...product, variants: [{ ...product.variants[0], sku: 'SLOWER' }] })
  shop.answers['inventory.availability'] = () => new Promise(() => undefined)
  const { status, body } = await shop.running.serviceCalls.call(gatewayApi.routes.productPage, {
    params: { slug: 'tea-pot' },
    query: fresh(),
    caller: anonymous,
    trace: newTrace(),
    deadline: Date.now() + 950,
  })
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(String(body)).missing, ['availability'])
})

test('a page about something that does not exist is not found', async () => {
  assert.equal((await shop.ask(`/v1/pages/product/nothing?${fresh()}`)).body.code, 'not-found')
  assert.equal((await shop.ask(`/v1/pages/category/nothing?${fresh()}`)).status, 404)
  assert.equal((await shop.ask('/v1/pages/product/Not%20a%20slug')).status, 400)
  shop.answers['products.read'] = down
  assert.equal((await shop.ask(`/v1/pages/product/tea-pot?${fresh()}`)).status, 503)
})

test('the page of a category is found by a former slug, with what is in it', async () => {
  shop.answers['products.listCategories'] = () => ({
    items: [
      { ...category('tea'), formerSlugs: ['chai'] },
      category('pots', 'tea'),
      { ...category('rugs'), formerSlugs: ['tea'] },
    ],
  })
  for (const slug of ['chai', 'tea']) {
    const { body } = await shop.ask(`/v1/pages/category/${slug}?${fresh()}`)
    const { category, children } = body as unknown as { category: { slug: string }; children: { slug: string }[] }
    assert.deepEqual([category.slug, children.map((one) => one.slug)], ['tea', ['pots']], slug)
  }
})

test('home and category pages', async () => {
  const home = await shop.ask(`/v1/pages/home?${fresh()}`)
  assert.equal((home.body.categories as unknown[]).length, 3)
  assert.equal((home.body.newest as unknown[]).length, 1)
  const tea = await shop.ask(`/v1/pages/category/tea?${fresh()}`)
  assert.deepEqual(
    (tea.body.children as { slug: string }[]).map(({ slug }) => slug),
    ['pots'],
  )
  assert.equal((tea.body.products as { items: unknown[] }).items.length, 1)
  shop.answers['products.list'] = down
  assert.deepEqual((await shop.ask(`/v1/pages/home?${fresh()}`)).body.missing, ['newest'])
})

test('the page of a category passes language, filters and page on to its parts', async () => {
  const asked: Record<string, unknown>[] = []
  shop.answers['products.list'] = ({ query }) => {
    asked.push(query)
    return { items: [card], page: 2, pageCount: 3 }
  }
  shop.answers['products.listCategories'] = ({ query }) => {
    asked.push(query)
    return { items: [category('tea')] }
  }
  const filters = 'attribute=material:Clay&attribute=color:Red&minPrice=5&maxPrice=9&page=2&limit=16&language=de'
  const { body } = await shop.ask(`/v1/pages/category/tea?${filters}&${fresh()}`)
  assert.deepEqual((body.products as { pageCount: number }).pageCount, 3)
  const list = asked.find((query) => 'attribute' in query)
  assert.deepEqual(list?.attribute, ['material:Clay', 'color:Red'])
  assert.deepEqual([list?.minPrice, list?.maxPrice, list?.page, list?.limit, list?.language], [5, 9, 2, 16, 'de'])
  assert.deepEqual(
    asked.filter((query) => query !== list).map(({ language }) => language),
    ['de'],
  )
})

test('an invalid request is refused, not left out as a gap', async () => {
  shop.answers['products.list'] = () => {
    throw new Refusal('invalid-cursor', 400, 'This cursor is not one of ours.')
  }
  const { status, body } = await shop.ask(`/v1/pages/category/tea?cursor=forged&${fresh()}`)
  assert.equal(status, 400)
  assert.equal(body.code, 'invalid-cursor')
  assert.equal((await shop.ask(`/v1/pages/category/tea?sort=sideways&${fresh()}`)).body.code, 'invalid-request')
})

test('pages and public reads share the response cache; a page costs at most the availability', async () => {
  const query = fresh()
  await shop.get(`/v1/products/tea-pot?${query}`)
  await shop.get(`/v1/products/tea-pot/related?${query}`)
  shop.asked.clear()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => shop.get(`/v1/pages/product/tea-pot?${query}`)))
  // A page is kept for 400 ms at least.
  const most = 1 + Math.floor((performance.now() - startedAt) / 400)
  assert.deepEqual([...shop.asked.keys()], ['inventory.availability'])
  const asked = shop.asked.get('inventory.availability') ?? 0
  assert.ok(asked <= most, `${asked} instead of ${most}`)
})

test('availability on a page is at most a second old', async () => {
  const path = `/v1/pages/product/tea-pot?${fresh()}`
  await shop.get(path)
  shop.answers['inventory.availability'] = () => ({ items: [] })
  await new Promise((resolve) => setTimeout(resolve, 1_250))
  assert.deepEqual((await shop.ask(path)).body.availability, [])
})
