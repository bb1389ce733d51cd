// What strangers can make the shop store with carts: only goods that it knows, small bodies, and few new carts a minute.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type CartInput, ordersApi } from '@souk/contracts/orders'
import { newTrace } from '@souk/messaging'
import { anonymous, customer, refusalOf } from '@souk/service/fixture'
import { type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let sku: string
before(async () => {
  shop = await openShop({ env: { ORDERS_NEW_CARTS: '5' } })
  sku = await shop.sell('FORK-1', 1000)
})
after(() => shop.stop())

async function putFrom(ip: string, id: string, lines: CartInput['lines'], caller = anonymous) {
  const answer = await shop.running.serviceCalls.call(ordersApi.routes.putCart, {
    params: { id },
    body: JSON.stringify({ lines }),
    caller,
    trace: newTrace(),
    ip,
  })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(String(answer.body)) }
}
const countCarts = async () => {
  const [row] = await shop.database('orders').sql<{ count: number }>`select count(*) from cart`
  return row?.count
}

test('a client stores few new carts a minute, and goes on changing those that it has', async () => {
  const lines = [{ sku, quantity: 1 }]
  const ids = Array.from({ length: 12 }, () => randomUUID())
  const answers = await Promise.all(ids.map((id) => putFrom('203.0.113.7', id, lines)))
  const stored = ids.filter((_, index) => answers[index]?.status === 200)
  assert.equal(stored.length, 5)
  const refused = answers.find(({ status }) => status !== 200)
  assert.deepEqual([refused?.status, refused?.body.code], [429, 'too-many-requests'])
  assert.ok(Number(refused?.headers['retry-after']) > 0)

  for (const id of stored) assert.equal((await putFrom('203.0.113.7', id, [{ sku, quantity: 2 }])).status, 200)
  assert.equal((await putFrom('203.0.113.8', randomUUID(), lines)).status, 200)
  assert.equal((await putFrom('203.0.113.7', randomUUID(), lines, customer())).status, 200)
})

test('changing a cart does not use up the new ones', async () => {
  const id = randomUUID()
  for (let n = 1; n <= 8; n++) assert.equal((await putFrom('198.51.100.1', id, [{ sku, quantity: n }])).status, 200)
  for (let n = 1; n <= 4; n++)
    assert.equal((await putFrom('198.51.100.1', randomUUID(), [{ sku, quantity: n }])).status, 200)
  assert.equal((await putFrom('198.51.100.1', randomUUID(), [{ sku, quantity: 1 }])).status, 429)
})

test('an IPv6 network is one client, and a customer another one', async () => {
  const put = async (host: string, caller = anonymous) =>
    (await putFrom(`2001:db8:1:${host}`, randomUUID(), [{ sku, quantity: 1 }], caller)).status
  for (const host of ['2::1', '2:3::9', '2::3', '2::4', '02:0::5']) assert.equal(await put(host), 200)
  assert.equal(await put('2::6'), 429)
  assert.equal(await put('2::6', customer()), 200)
  assert.equal(await put('3::1'), 200)
})

test('SKUs that the shop has never known are refused with their names, and nothing is stored', async () => {
  const before = await countCarts()
  const id = randomUUID()
  const lines = [
    { sku, quantity: 1 },
    { sku: 'NO-SUCH-THING', quantity: 1 },
    { sku: 'NOR-THIS', quantity: 1 },
  ]
  const { status, body } = await putFrom('192.0.2.1', id, lines)
  assert.deepEqual([status, body.code, body.skus], [422, 'sku-unknown', ['NO-SUCH-THING', 'NOR-THIS']])
  assert.equal(await countCarts(), before)

  const cart = await putFrom('192.0.2.1', id, [{ sku, quantity: 1 }])
  assert.equal(cart.body.version, 1)
  assert.equal((await putFrom('192.0.2.1', id, lines)).status, 422)
  const read = await shop.as(ordersApi, anonymous).readCart({ params: { id } })
  assert.deepEqual([read.version, read.lines.length], [1, 1])
})

test('a SKU that becomes known while its cart is being stored gets into the cart', async (t) => {
  const { sql, pool, connect } = shop.database('orders')
  // The statement that stores a cart has read nothing newer than its beginning. It stops there until the test lets go.
  const gate = await connect()
  t.after(() => gate.close())
  await gate.sql`select pg_advisory_lock(12)`
  await pool.query(`
    create function stop_here() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(12);
      return null;
    end $$;
    create trigger stop_here before insert on cart for each statement execute function stop_here()`)
  t.after(() => pool.query('drop function stop_here cascade'))
  const put = putFrom('192.0.2.3', randomUUID(), [{ sku: 'FORK-3', quantity: 1 }])
  while ((await sql`select from pg_locks where locktype = 'advisory' and objid = 12 and not granted`).length === 0) {}
  await shop.sell('FORK-3', 1000)
  await gate.sql`select pg_advisory_unlock(12)`
  const { status, body } = await put
  assert.deepEqual([status, body.version, body.totals?.total.amount], [200, 1, 1000], JSON.stringify(body))
})

test('a SKU that the shop knew stays in the cart when it is not for sale any more', async () => {
  const gone = await shop.sell('FORK-2', 1000, { status: 'draft' })
  const { status, body } = await putFrom('192.0.2.2', randomUUID(), [{ sku: gone, quantity: 1 }])
  assert.deepEqual([status, body.problems[0].code, body.lines[0].sku], [200, 'not-for-sale', gone])
})

test('no price is asked for a currency that does not exist', async () => {
  const client = shop.as(ordersApi, customer())
  for (const currency of ['ABC', 'XXX', 'EUX', 'DEM', 'eur']) {
    const put = client.putCart({ params: { id: randomUUID() }, body: { currency, lines: [] } })
    assert.equal((await refusalOf(put)).code, 'invalid-request', currency)
    const list = client.shippingMethods({ query: { country: 'DE', currency } })
    assert.equal((await refusalOf(list)).code, 'invalid-request', currency)
  }
  for (const currency of ['EUR', 'JPY', 'KWD']) {
    assert.equal(
      (await client.putCart({ params: { id: randomUUID() }, body: { currency, lines: [] } })).currency,
      currency,
    )
  }
})
