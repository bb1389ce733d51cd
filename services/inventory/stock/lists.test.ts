// Tests what can be read of stock, and who may read it.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Message } from '@souk/contracts'
import { inventoryApi } from '@souk/contracts/inventory'
import { ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { anonymous, customer, eventually, refusalOf, staff } from '@souk/service/fixture'
import { openInventory, type TestInventory } from '../fixture.ts'

function product(status: 'draft' | 'published', skus: string[], more: { productId?: string; version?: number } = {}) {
  const variants = skus.map((sku) => ({ sku, title: '', prices: [], weightGrams: 1 }))
  return ProductChanged({ productId: randomUUIDv7(), slug: 'a', title: 'A', status, version: 1, variants, ...more })
}
let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

const publicly = async (sku: string[]) =>
  (await inventory.shop.as(inventoryApi, anonymous).availability({ query: { sku } })).items

test('availability of many SKUs, in the order of the query: the public learns a number only when it is low', async () => {
  const [many, few, none, draft] = [
    await inventory.stocked({ main: 2, east: 3 }),
    await inventory.stocked({ main: 4 }),
    await inventory.stocked({ main: 1 }),
    await inventory.stocked({ main: 9 }),
  ]
  await inventory.receive(...[many, few, none].map((sku) => product('published', [sku])), product('draft', [draft]))
  await inventory.reserve([{ sku: few, quantity: 1 }])
  await inventory.reserve([{ sku: none, quantity: 1 }])
  assert.deepEqual(await publicly([none, many, 'unknown', few, many, draft]), [
    { sku: none, available: 0, status: 'out-of-stock' },
    { sku: many, status: 'in-stock' },
    { sku: 'unknown', available: 0, status: 'out-of-stock' },
    { sku: few, available: 3, status: 'low' },
    { sku: many, status: 'in-stock' },
    { sku: draft, available: 0, status: 'out-of-stock' },
  ])
  const exact = await inventory.shop
    .as(inventoryApi, { service: 'orders', role: 'anonymous' })
    .stockLevels({ query: { sku: [none, many, 'unknown', draft] } })
  assert.deepEqual(exact.items, [
    { sku: none, available: 0 },
    { sku: many, available: 5 },
    { sku: 'unknown', available: 0 },
    { sku: draft, available: 9 },
  ])
  for (const query of ['', 'sku=', 'sku=%00', 'sku=a%20b', `${'sku=a&'.repeat(101)}`, 'sku=a&more=1']) {
    assert.equal((await inventory.shop.request(inventoryApi.routes.availability, { query })).status, 400, query)
  }
})

test('what is withdrawn, deleted or taken out of its product counts as out of stock, whatever comes late or twice', async () => {
  const [kept, dropped] = [await inventory.stocked({ main: 9 }), await inventory.stocked({ main: 9 })]
  const productId = randomUUIDv7()
  const changed = (version: number, status: 'draft' | 'published', skus: string[]) =>
    product(status, skus, { productId, version })
  const deleted = (version: number) => ProductDeleted({ productId, slug: 'a', version, skus: [kept] })
  const statuses = async () => (await publicly([kept, dropped])).map(({ status }) => status)
  const after = async (...messages: Message[]) => {
    await inventory.receive(...messages)
    return statuses()
  }
  const [inStock, out] = ['in-stock', 'out-of-stock']
  assert.deepEqual(await after(changed(1, 'published', [kept, dropped])), [inStock, inStock])
  assert.deepEqual(await after(changed(2, 'published', [kept])), [inStock, out])
  assert.deepEqual(await after(changed(1, 'published', [kept, dropped])), [inStock, out], 'late')
  assert.deepEqual(await after(changed(3, 'draft', [kept])), [out, out])
  assert.deepEqual(await after(product('published', [dropped])), [out, inStock], 'another product took it over')
  assert.deepEqual(await after(changed(4, 'published', [kept]), deleted(4)), [out, inStock], 'in one batch')
  assert.deepEqual(await after(changed(4, 'published', [kept])), [out, inStock], 'late')
  assert.deepEqual(await after(changed(5, 'published', [kept])), [inStock, inStock], 'put in again')
})

test('a shop from before reads its catalog once; until then, stock counts as for sale', async () => {
  const skus = Array.from({ length: 1_203 }, (_, n) => `old-${n}`)
  const ids = skus.map(() => randomUUIDv7()).sort()
  const products = skus.map((sku, n) => ({
    productId: ids[n] as string,
    version: 3,
    isForSale: n % 2 === 0,
    skus: [sku],
  }))
  const old = await openInventory({ products })
  try {
    const last = products.at(-1)
    await eventually('the catalog is read', async () => {
      const [row] = await old.sql<{ isDone: boolean }>`select is_done from catalog_fill`
      return row?.isDone === true
    })
    const [row] = await old.sql`
      select count(*) as known, count(*) filter (where is_for_sale) as sold from for_sale`
    assert.deepEqual(row, { known: 1_203, sold: 602 })
    await old.receive(product('published', last?.skus ?? [], { productId: last?.productId, version: 3 }))
    const [same] = await old.sql`select is_for_sale from for_sale where sku = ${last?.skus[0]}`
    assert.equal(same?.isForSale, last?.isForSale, 'a version that is known changes nothing')

    await old.sql`update catalog_fill set is_done = false`
    const sku = await old.stocked({ main: 2 })
    const { items } = await old.shop.as(inventoryApi, anonymous).availability({ query: { sku: [sku] } })
    assert.deepEqual(items, [{ sku, available: 2, status: 'low' }])
  } finally {
    await old.close()
  }
})

test('staff pages through the stock and filters it', async () => {
  const stocked = await Promise.all(
    Array.from({ length: 7 }, (_, index) => inventory.stocked({ main: 1 + index, east: 50 })),
  )
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await inventory.asStaff.listStock({ query: { limit: 3, ...(cursor ? { cursor } : {}) } })
    assert.ok(page.items.length <= 3)
    seen.push(...page.items.map((item) => `${item.sku} ${item.location}`))
    cursor = page.nextCursor
  } while (cursor)
  assert.deepEqual(seen, seen.toSorted())
  assert.equal(new Set(seen).size, seen.length)
  for (const sku of stocked) assert.ok(seen.includes(`${sku} main`) && seen.includes(`${sku} east`))

  const low = await inventory.asStaff.listStock({ query: { below: 3, location: 'main', limit: 100 } })
  assert.ok(low.items.length > 0)
  assert.ok(low.items.every((item) => item.available < 3 && item.location === 'main'))
  const one = await inventory.asStaff.listStock({ query: { sku: stocked[0] as string } })
  assert.deepEqual(
    one.items.map((item) => item.location),
    ['east', 'main'],
  )
})

test('the movements of a SKU come newest first, page by page', async () => {
  const sku = inventory.newSku()
  for (let n = 1; n <= 5; n++) await inventory.move(sku, 'received', n)
  const { orderId } = await inventory.reserve([{ sku, quantity: 1 }])
  const first = await inventory.asStaff.listMovements({ params: { sku }, query: { limit: 4 } })
  const second = await inventory.asStaff.listMovements({
    params: { sku },
    query: { limit: 4, cursor: first.nextCursor as string },
  })
  const all = [...first.items, ...second.items]
  assert.deepEqual(
    all.map((item) => item.onHandChange),
    [0, 5, 4, 3, 2, 1],
  )
  assert.deepEqual([all[0]?.kind, all[0]?.reservedChange, all[0]?.reference], ['reserved', 1, orderId])
  assert.equal(second.nextCursor, undefined)
})

test('a wrong cursor is refused', async () => {
  const params = { sku: 'a' }
  for (const cursor of ['x', btoa('["a"]'), btoa('[1,2,3]'), btoa('{}'), btoa('["a","b"]')]) {
    const stock = await inventory.shop.request(inventoryApi.routes.listStock, { query: { cursor } }, staff)
    if (cursor !== btoa('["a","b"]')) assert.equal((stock.body as { code: string }).code, 'invalid-cursor', cursor)
    const moves = await inventory.shop.request(inventoryApi.routes.listMovements, { params, query: { cursor } }, staff)
    assert.equal((moves.body as { code: string }).code, 'invalid-cursor', cursor)
  }
})

test('routes for staff and for the orders service are refused to customers', async () => {
  const { listStock, listMovements, reserve, pin, release, readReservation } = inventoryApi.routes
  const params = { sku: 'a', orderId: randomUUIDv7() }
  for (const route of [listStock, listMovements, reserve, pin, release, readReservation]) {
    const { sku, orderId } = params
    const own = route === listMovements ? { sku } : route === listStock ? {} : { orderId }
    for (const caller of [anonymous, customer()]) {
      const { status } = await inventory.shop.request(route as never, { params: own, body: {} }, caller)
      assert.ok(status === 401 || status === 403, `${route.name} ${status}`)
    }
  }
})

test('an invalid reservation is refused', async () => {
  const caller = { service: 'orders', role: 'anonymous' } as const
  const good = { lines: [{ sku: 'a', quantity: 1 }], pinned: false }
  const bad = [
    { ...good, lines: [] },
    { ...good, lines: [{ sku: 'a', quantity: 0 }] },
    { ...good, lines: [{ sku: 'a', quantity: 1.5 }] },
    { ...good, lines: [{ sku: '', quantity: 1 }] },
    { ...good, lines: Array.from({ length: 201 }, () => ({ sku: 'a', quantity: 1 })) },
    { ...good, pinned: 'yes' },
    { ...good, expiresAt: 'tomorrow' },
    { ...good, more: 1 },
  ]
  for (const body of bad) {
    const input = { params: { orderId: randomUUIDv7() }, body }
    const { status } = await inventory.shop.request(inventoryApi.routes.reserve, input, caller)
    assert.equal(status, 400, JSON.stringify(body).slice(0, 80))
  }
  const lines = Array.from({ length: 200 }, () => ({ sku: 'a', quantity: 100_000 }))
  const refusal = await refusalOf(inventory.reserve(lines))
  assert.deepEqual(refusal.problem.missing, [{ sku: 'a', requested: 20_000_000, available: 0 }])
  assert.equal((await refusalOf(inventory.read(randomUUIDv7()))).code, 'not-found')
})
