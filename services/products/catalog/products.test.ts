// Products from outside: adding, changing, publishing, deleting, and what others are told of it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type ProductInput, productsApi } from '@souk/contracts/products'
import { customer, refusalOf, staff } from '@souk/service/fixture'
import { aProduct, type Catalog, euros, openCatalog } from '../fixture.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
})
after(() => shop.stop())

interface Told {
  productId: string
  slug: string
  title: string
  status: string
  version: number
  category?: string
  variants: { sku: string; title: string; prices: unknown[]; weightGrams: number }[]
}
async function toldOf(id: string): Promise<Told[]> {
  await shop.settle()
  return shop.messages<Told>('products.product-changed').filter((told) => told.productId === id)
}

const shirt = (more: Partial<ProductInput> = {}): ProductInput => {
  const end = randomUUID().slice(0, 8)
  return aProduct({
    title: `Shirt ${end}`,
    options: [
      { name: 'Color', values: ['Blue', 'Red'] },
      { name: 'Size', values: ['S', 'M'] },
    ],
    variants: [
      { sku: `SH-${end}-BM`, options: { Color: 'Blue', Size: 'M' }, prices: euros(2900), weightGrams: 180 },
      {
        sku: `SH-${end}-RS`,
        options: { Size: 'S', Color: 'Red' },
        prices: [...euros(2500), { amount: 2700, currency: 'USD' }],
      },
    ],
    ...more,
  })
}

test('a product reads back as it was added, with its variants in words', async () => {
  const input = shirt({ description: 'Soft.', attributes: { material: 'Linen' } })
  const added = await shop.staff.create({ body: input })
  const read = await shop.public.read({ params: { slug: added.slug } })
  assert.deepEqual(read, added)
  assert.equal(read.version, 1)
  assert.deepEqual(read.attributes, { material: 'Linen' })
  assert.deepEqual(
    read.variants.map(({ title, weightGrams }) => [title, weightGrams]),
    [
      ['Blue, M', 180],
      ['Red, S', 0],
    ],
  )
  assert.deepEqual(read.variants[1]?.price, { amount: 2500, currency: 'EUR' })
  const inDollars = await shop.public.read({ params: { slug: added.slug }, query: { currency: 'USD' } })
  assert.deepEqual(
    inDollars.variants.map(({ price }) => price),
    [undefined, { amount: 2700, currency: 'USD' }],
  )
})

test('a given id makes repetition harmless, also at the same time', async () => {
  const input = shirt({ id: randomUUID() })
  const added = await Promise.all([1, 2, 3, 4].map(() => shop.staff.create({ body: input })))
  const again = await shop.staff.create({ body: input })
  for (const one of added) assert.deepEqual(one, again)
  assert.equal((await toldOf(again.id)).length, 1)
})

test('an Idempotency-Key makes repetition harmless where no id is given', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const body = shirt()
  const [first, again] = [await shop.staff.create({ body, headers }), await shop.staff.create({ body, headers })]
  assert.deepEqual(again, first)
  const many = { body: { products: [shirt(), shirt()] }, headers: { 'idempotency-key': randomUUID() } }
  assert.deepEqual(await shop.staff.createMany(many), await shop.staff.createMany(many))
  assert.equal((await refusalOf(shop.staff.create({ body: shirt(), headers }))).code, 'idempotency-key-reused')
})

test('two products that want one free slug at the same time get two slugs', async () => {
  const title = `Twins ${randomUUID()}`
  const made = await Promise.all(Array.from({ length: 4 }, () => shop.staff.create({ body: aProduct({ title }) })))
  assert.equal(new Set(made.map(({ slug }) => slug)).size, 4)
})

test('what was published shows in list, search and at its address; what was withdrawn does not', async () => {
  const word = `zanzibar${randomUUID().slice(0, 6).replace(/[0-9]/g, 'x')}`
  const draft = await shop.staff.create({ body: aProduct({ title: `Box ${word}`, status: 'draft' }) })
  const seen = async () => {
    const [list, search, suggested, detail, related] = await Promise.all([
      shop.public.list({ query: { limit: 100 } }),
      shop.public.list({ query: { q: word, facets: true } }),
      shop.public.suggest({ query: { q: word } }),
      shop.request(productsApi.routes.read, { params: { slug: draft.slug } }),
      shop.request(productsApi.routes.related, { params: { slug: draft.slug } }),
    ])
    return [
      list.items.some(({ id }) => id === draft.id),
      search.items.length === 1 && search.total === 1,
      suggested.items.length === 1,
      detail.status === 200,
      related.status === 200,
    ]
  }
  assert.deepEqual(await seen(), [false, false, false, false, false])
  await shop.staff.change({ params: { id: draft.id }, body: { status: 'published' } })
  assert.deepEqual(await seen(), [true, true, true, true, true])
  await shop.staff.change({ params: { id: draft.id }, body: { status: 'draft' } })
  assert.deepEqual(await seen(), [false, false, false, false, false])
  assert.equal((await shop.staff.readAny({ params: { id: draft.id } })).status, 'draft')
})

test('a changed price shows in the list at once', async () => {
  const { id, variants } = await shop.staff.create({ body: aProduct({ title: 'Quince Paste' }) })
  await shop.staff.change({
    params: { id },
    body: { variants: [{ sku: variants[0]?.sku as string, prices: euros(777) }] },
  })
  const { items } = await shop.public.list({ query: { q: 'quince paste' } })
  assert.deepEqual(items[0]?.price, { amount: 777, currency: 'EUR' })
})

test('a renamed product is still found at its former addresses, and a slug in use cannot be taken', async () => {
  const [first, second] = [shirt({ slug: `a-${randomUUID()}` }), shirt({ slug: `b-${randomUUID()}` })]
  const one = await shop.staff.create({ body: first })
  const two = await shop.staff.create({ body: second })
  const names = [`c-${randomUUID()}`, `d-${randomUUID()}`]
  for (const slug of names) await shop.staff.change({ params: { id: one.id }, body: { slug } })
  for (const slug of [first.slug as string, ...names]) {
    assert.equal((await shop.public.read({ params: { slug } })).slug, names[1])
    await shop.public.related({ params: { slug } })
  }
  const taken = shop.staff.change({ params: { id: two.id }, body: { slug: names[1] } })
  assert.equal((await refusalOf(taken)).code, 'slug-taken')
  assert.equal((await refusalOf(shop.staff.create({ body: shirt({ slug: names[1] }) }))).code, 'slug-taken')
  // A name that nobody bears any more is free, and leads to whoever bears it now.
  await shop.staff.change({ params: { id: two.id }, body: { slug: first.slug } })
  assert.equal((await shop.public.read({ params: { slug: first.slug as string } })).id, two.id)
  await shop.staff.change({ params: { id: two.id }, body: { slug: second.slug } })
  assert.equal((await shop.public.read({ params: { slug: first.slug as string } })).id, two.id)
  // Not back to the one before: that would be another product than the link last meant.
  await shop.staff.remove({ params: { id: two.id } })
  assert.equal((await refusalOf(shop.public.read({ params: { slug: first.slug as string } }))).code, 'not-found')
})

test('products of one title get addresses of their own', async () => {
  const body = () => shirt({ title: 'Çay Bardağı, 6 pcs.' })
  const added = await Promise.all([1, 2, 3].map(() => shop.staff.create({ body: body() })))
  const slugs = added.map(({ slug }) => slug).sort()
  assert.equal(new Set(slugs).size, 3)
  for (const slug of slugs) assert.match(slug, /^cay-bardagi-6-pcs(-[0-9a-f]{8})?$/)
  assert.match((await shop.staff.create({ body: shirt({ title: '茶' }) })).slug, /^product-[0-9a-f]{8}$/)
})

test('whoever sends the version does not overwrite a colleague', async () => {
  const { id } = await shop.staff.create({ body: shirt() })
  const change = (title: string, version: string, header = 'if-match') =>
    shop.staff.change({ params: { id }, body: { title }, headers: { [header]: version } })
  assert.equal((await change('Mine', '"1"')).version, 2)
  // Weak tags match nothing where bytes must be the same (RFC 9110, 13.1.1).
  for (const other of ['"1"', 'W/"2"', '"1", "3"', '"22"', '"2x"', '"abc"', '""']) {
    const refusal = await refusalOf(change('Yours', other))
    assert.deepEqual([refusal.code, refusal.status], ['version-conflict', 412], other)
  }
  for (const wrong of ['seven', ''])
    assert.equal((await refusalOf(change('Yours', wrong))).code, 'invalid-request', wrong)
  assert.equal((await change('Yours', '"1", "2-anything", W/"7"')).version, 3)
  const both = await Promise.allSettled([change('A', '3'), change('B', '3')])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await change('Any', '*')).version, 5)
  for (const present of ['*', '"5"', 'W/"5"', '"1", "5"'])
    assert.equal((await refusalOf(change('Not there', present, 'if-none-match'))).status, 412, present)
  assert.equal((await change('Other', '"4"', 'if-none-match')).version, 6)
  const remove = (version: string) => shop.staff.remove({ params: { id }, headers: { 'if-match': version } })
  assert.equal((await refusalOf(remove('"5"'))).code, 'version-conflict')
  await remove('"6"')
  assert.equal((await refusalOf(remove('*'))).code, 'not-found')
})

test('variants follow the rules, and are told which one they break', async () => {
  const options = [{ name: 'Size', values: ['S', 'M'] }]
  const one = (size: string, sku: string = randomUUID()) => ({ sku, options: { Size: size }, prices: euros(100) })
  const wrong: [RegExp, Partial<ProductInput>][] = [
    [/does not say its "Size"/, { options, variants: [{ sku: randomUUID(), prices: euros(1) }] }],
    [/not among its values/, { options, variants: [one('XL')] }],
    [/not an option/, { options, variants: [{ ...one('S'), options: { Size: 'S', Taste: 'Mint' } }] }],
    [/not an option/, { variants: [one('S')] }],
    [/both "M"/, { options, variants: [one('M'), one('M')] }],
    [/SKU abc is there twice/, { options, variants: [one('S', 'ABC'), one('M', 'abc')] }],
    [/two prices in EUR/, { variants: [{ sku: randomUUID(), prices: [...euros(1), ...euros(2)] }] }],
    [/option "Size" is there twice/, { options: [...options, ...options], variants: [one('S')] }],
    [/value "S" twice/, { options: [{ name: 'Size', values: ['S', 'S'] }], variants: [one('S')] }],
    [
      /alike/,
      {
        variants: [
          { sku: randomUUID(), prices: euros(1) },
          { sku: randomUUID(), prices: euros(1) },
        ],
      },
    ],
  ]
  for (const [sentence, input] of wrong) {
    const refusal = await refusalOf(shop.staff.create({ body: aProduct(input) }))
    assert.equal(refusal.code, 'invalid-variants')
    assert.match(refusal.message, sentence)
  }
  const { id } = await shop.staff.create({ body: aProduct({ options, variants: [one('S'), one('M')] }) })
  const without = shop.staff.change({ params: { id }, body: { options: [{ name: 'Size', values: ['S'] }] } })
  assert.match((await refusalOf(without)).message, /not among its values/)
})

test('an SKU belongs to one product, whatever its capitals', async () => {
  const { title, variants } = await shop.staff.create({ body: aProduct() })
  const sku = variants[0]?.sku.toLowerCase() as string
  const refusal = await refusalOf(shop.staff.create({ body: aProduct({ variants: [{ sku, prices: euros(5) }] }) }))
  assert.equal(refusal.code, 'sku-taken')
  assert.ok(refusal.message.includes(title))
  const race = aProduct().variants
  const both = await Promise.allSettled([1, 2].map(() => shop.staff.create({ body: aProduct({ variants: race }) })))
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a batch is added whole or not at all', async () => {
  const batch = Array.from({ length: 20 }, () => shirt({ id: randomUUID() }))
  const wrongs: [string, (one: ProductInput) => ProductInput][] = [
    [
      'sku-taken',
      (one) => ({
        ...one,
        options: [],
        variants: aProduct({ ...batch[0] })
          .variants.slice(0, 1)
          .map(({ sku }) => ({ sku, prices: euros(1) })),
      }),
    ],
    ['invalid-variants', (one) => ({ ...one, options: [] })],
    ['category-unknown', (one) => ({ ...one, categorySlug: 'nowhere' })],
    ['invalid-request', (one) => ({ ...one, id: batch[0]?.id })],
  ]
  for (const [code, spoil] of wrongs) {
    const spoiled = batch.map((one, place) => (place === 19 ? spoil(one) : one))
    assert.equal((await refusalOf(shop.staff.createMany({ body: { products: spoiled } }))).code, code)
  }
  const known = await shop.database('products')
    .sql`select id from product where id = any(${batch.map(({ id }) => id)}::uuid[])`
  assert.equal(known.length, 0)
  const { ids } = await shop.staff.createMany({ body: { products: batch } })
  assert.deepEqual(
    ids,
    batch.map(({ id }) => id),
  )
  // The same import again adds nothing and changes nothing.
  assert.deepEqual((await shop.staff.createMany({ body: { products: batch } })).ids, ids)
  assert.equal((await toldOf(ids[7] as string)).length, 1)
})

test('two hundred products are added with a few statements, each with its message', async (t) => {
  const products = Array.from({ length: 200 }, () => shirt({ status: 'draft' }))
  const client = await shop.database('products').pool.connect()
  const statements = t.mock.method(Object.getPrototypeOf(client), 'query').mock
  client.release()
  const { ids } = await shop.staff.createMany({ body: { products } })
  const count = statements.callCount()
  assert.ok(count > 0 && count < 100, `${count} statements`)
  await shop.settle()
  const told = new Set(shop.messages<Told>('products.product-changed').map(({ productId }) => productId))
  assert.ok(ids.every((id) => told.has(id)))
})

test('others are told all they keep of a product, in the order of its versions', async () => {
  const { id, slug } = await shop.staff.create({ body: shirt() })
  await Promise.all([1, 2, 3, 4, 5].map((n) => shop.staff.change({ params: { id }, body: { title: `Title ${n}` } })))
  const present = await shop.staff.readAny({ params: { id } })
  const told = await toldOf(id)
  assert.deepEqual(
    told.map(({ version }) => version),
    [1, 2, 3, 4, 5, 6],
  )
  const { variants, ...last } = told.at(-1) as Told
  assert.deepEqual(last, { productId: id, slug, title: present.title, status: 'published', version: 6 })
  assert.deepEqual(
    variants.map(({ sku, title, prices, weightGrams }) => ({ sku, title, prices, weightGrams })),
    present.variants.map(({ sku, title, prices, weightGrams }) => ({ sku, title, prices, weightGrams })),
  )
})

test('a deleted product is gone, its SKU is free, and others hear of it', async () => {
  const { id, slug, variants } = await shop.staff.create({ body: shirt() })
  await shop.staff.remove({ params: { id } })
  assert.equal((await refusalOf(shop.staff.remove({ params: { id } }))).code, 'not-found')
  assert.equal((await refusalOf(shop.public.read({ params: { slug } }))).code, 'not-found')
  await shop.settle()
  const [told] = shop.messages<{ productId: string }>('products.product-deleted').filter((it) => it.productId === id)
  assert.deepEqual(told, { productId: id, slug, version: 2, skus: variants.map(({ sku }) => sku) })
  await shop.staff.create({
    body: aProduct({ slug, variants: [{ sku: variants[0]?.sku as string, prices: euros(1) }] }),
  })
})

test('a product put in again under its old id has newer versions than it ever had', async () => {
  const body = { ...aProduct(), id: randomUUID() }
  const { id } = body
  assert.equal((await shop.staff.create({ body })).version, 1)
  await shop.staff.change({ params: { id }, body: { title: 'Once' } })
  await shop.staff.remove({ params: { id } })
  assert.equal((await shop.staff.create({ body })).version, 4)
  await shop.staff.remove({ params: { id } })
  await shop.staff.createMany({ body: { products: [body, aProduct()] } })
  await shop.settle()
  const told = ['products.product-changed', 'products.product-deleted'].map((type) =>
    shop
      .messages<{ productId: string; version: number }>(type)
      .filter((it) => it.productId === id)
      .map((it) => it.version),
  )
  assert.deepEqual(told, [
    [1, 2, 4, 6],
    [3, 5],
  ])
})

test('staff find drafts by words, SKU and slug, page by page', async () => {
  const word = `Umbrella${randomUUID().slice(0, 8)}`
  const added = []
  for (const status of ['draft', 'published', 'draft'] as const)
    added.push(await shop.staff.create({ body: shirt({ title: `${word} ${status}`, status }) }))
  const ids = (list: { items: { id: string }[] }) => list.items.map(({ id }) => id)
  const newestFirst = ids({ items: added }).reverse()
  assert.deepEqual(ids(await shop.staff.listAll({ query: { q: word } })), newestFirst)
  const first = await shop.staff.listAll({ query: { q: word, limit: 2 } })
  const second = await shop.staff.listAll({ query: { q: word, limit: 2, cursor: first.nextCursor } })
  assert.deepEqual([...ids(first), ...ids(second)], newestFirst)
  assert.deepEqual(ids(await shop.staff.listAll({ query: { q: word, status: 'published' } })), [newestFirst[1]])
  const bySku = await shop.staff.listAll({ query: { q: added[0]?.variants[0]?.sku.slice(0, 9).toLowerCase() } })
  assert.ok(ids(bySku).includes(added[0]?.id as string))
  assert.deepEqual(ids(await shop.staff.listAll({ query: { q: '%_' } })), [])
  const cursor = Buffer.from(JSON.stringify(['0000-01-01T00:00:00.000Z', randomUUID()])).toString('base64url')
  assert.equal((await refusalOf(shop.staff.listAll({ query: { cursor } }))).code, 'invalid-cursor')
})

test('only staff write, and see what is not published', async () => {
  const { id } = await shop.staff.create({ body: aProduct({ status: 'draft' }) })
  const buyer = shop.as(productsApi, customer())
  for (const [who, code] of [
    [buyer, 'not-allowed'],
    [shop.public, 'not-signed-in'],
  ] as const) {
    const asked = [
      who.create({ body: aProduct() }),
      who.createMany({ body: { products: [aProduct()] } }),
      who.change({ params: { id }, body: { title: 'Mine' } }),
      who.remove({ params: { id } }),
      who.readAny({ params: { id } }),
      who.listAll({}),
      who.createCategory({ body: { slug: 'mine', title: 'Mine' } }),
    ]
    for (const refusal of await Promise.all(asked.map(refusalOf))) assert.equal(refusal.code, code)
  }
})

test('half a character, huge numbers and foreign fields never make it a failure of ours', async () => {
  const { create } = productsApi.routes
  const half = { ...aProduct({ attributes: { material: 'x\ud800' } }), title: 'Half \ud83e', description: '\udfff' }
  const answers = await Promise.all(
    [
      half,
      { ...aProduct(), stock: 3 },
      { ...aProduct(), variants: [{ sku: 'X', prices: euros(1e15) }] },
      { ...aProduct(), attributes: { Material: 'x' } },
      { ...aProduct(), attributes: JSON.parse('{"__proto__":"x"}') },
      { ...aProduct(), title: '' },
      { ...aProduct(), id: 'x' },
    ].map((body) => shop.request(create, { body }, staff)),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400, 400, 400, 400, 400, 400],
  )
})
