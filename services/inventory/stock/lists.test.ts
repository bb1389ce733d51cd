// Tests what can be read of stock, and who may read it.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { inventoryApi } from '@souk/contracts/inventory'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import { openInventory, type TestInventory } from '../fixture.ts'

let inventory: TestInventory
before(async () => {
  inventory = await openInventory()
})
after(() => inventory.close())

test('availability of many SKUs, in the order of the query', async () => {
  const [many, few, none] = [
    await inventory.stocked({ main: 2, east: 3 }),
    await inventory.stocked({ main: 4 }),
    await inventory.stocked({ main: 1 }),
  ]
  await inventory.reserve([{ sku: few, quantity: 1 }])
  await inventory.reserve([{ sku: none, quantity: 1 }])
  const client = inventory.shop.as(inventoryApi, anonymous)
  const { items } = await client.availability({ query: { sku: [none, many, 'unknown', few, many] } })
  assert.deepEqual(items, [
    { sku: none, available: 0, status: 'out-of-stock' },
    { sku: many, available: 5, status: 'in-stock' },
    { sku: 'unknown', available: 0, status: 'out-of-stock' },
    { sku: few, available: 3, status: 'low' },
    { sku: many, available: 5, status: 'in-stock' },
  ])
  for (const query of ['', 'sku=', 'sku=%00', 'sku=a%20b', `${'sku=a&'.repeat(101)}`, 'sku=a&more=1']) {
    assert.equal((await inventory.shop.request(inventoryApi.routes.availability, { query })).status, 400, query)
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
