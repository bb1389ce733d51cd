// If-Match, If-None-Match and the ETag of carts: nobody overwrites what they have not seen, and a read says when nothing is new.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Cart, ordersApi } from '@souk/contracts/orders'
import { customer } from '@souk/service/fixture'
import { type OrdersShop, openShop } from '../fixture.ts'

const { routes } = ordersApi
let shop: OrdersShop
let sku: string
before(async () => {
  shop = await openShop()
  sku = await shop.sell('VASE-1', 1000)
})
after(() => shop.stop())

interface Answer {
  status: number
  headers: Record<string, string>
  body: Cart & { code: string }
}
const put = (id: string, quantity: number, headers: Record<string, string> = {}) =>
  shop.request(routes.putCart, { params: { id }, body: { lines: [{ sku, quantity }] }, headers }) as Promise<Answer>
const read = (id: string, headers: Record<string, string> = {}) =>
  shop.request(routes.readCart, { params: { id }, headers }) as Promise<Answer>
const told = ({ status, body }: Answer) => `${status} ${body.code ?? ''}`.trim()

test('the ETag of a cart guards a change, and is compared strongly', async () => {
  const id = randomUUID()
  const first = await put(id, 1)
  const etag = first.headers.etag as string
  assert.match(etag, /^"1-[\w-]+"$/)
  assert.equal((await read(id)).headers.etag, etag)

  assert.equal(told(await put(id, 2, { 'if-match': `W/${etag}` })), '412 version-conflict')
  assert.equal(told(await put(id, 2, { 'if-match': 'W/"1"' })), '412 version-conflict')
  assert.equal(told(await put(id, 2, { 'if-match': '"7"' })), '412 version-conflict')
  assert.equal(told(await put(id, 2, { 'if-match': '"something-else"' })), '412 version-conflict')
  assert.equal((await read(id)).body.lines[0]?.quantity, 1)

  assert.equal(told(await put(id, 2, { 'if-match': etag })), '200')
  const outdated = await put(id, 3, { 'if-match': etag })
  assert.deepEqual([told(outdated), outdated.body.version], ['412 version-conflict', 2])
  assert.equal(told(await put(id, 3, { 'if-match': '"1", "2"' })), '200')
  assert.equal(told(await put(id, 4, { 'if-match': '"3"' })), '200')
  assert.equal(told(await put(id, 5, { 'if-match': '*' })), '200')
})

test('with If-Match only a cart that is there is changed', async () => {
  for (const tag of ['*', '"1"', 'W/"1"']) {
    const id = randomUUID()
    assert.equal(told(await put(id, 1, { 'if-match': tag })), '412 version-conflict')
    assert.equal(told(await read(id)), '404 not-found')
  }
})

test('with If-None-Match: * a cart is only created, and at the same instant once', async () => {
  const id = randomUUID()
  const answers = await Promise.all([1, 2, 3].map((quantity) => put(id, quantity, { 'if-none-match': '*' })))
  assert.deepEqual(answers.map(told).sort(), ['200', '412 version-conflict', '412 version-conflict'])
  assert.equal(told(await put(id, 4, { 'if-none-match': '"1"' })), '412 version-conflict')
  assert.equal(told(await put(id, 4, { 'if-none-match': 'W/"1"' })), '412 version-conflict')
  assert.equal(told(await put(id, 4, { 'if-none-match': '"2"' })), '200')
})

test('a header that is no list of entity tags is refused', async () => {
  const { body } = await put(randomUUID(), 1)
  for (const wrong of ['x', '1', '"1', '1"', '"1" "2"', '*, "1"', '', 'w/"1"', '"a b"', '""""', "'1'"]) {
    for (const header of ['if-match', 'if-none-match']) {
      assert.equal(told(await put(body.id, 2, { [header]: wrong })), '400 invalid-request', `${header}: ${wrong}`)
    }
    assert.equal(told(await read(body.id, { 'if-none-match': wrong })), '400 invalid-request', wrong)
  }
  const long = Array.from({ length: 2_000 }, (_, n) => `"${n + 10}"`).join(',')
  assert.equal(told(await put(body.id, 2, { 'if-match': long })), '412 version-conflict')
  assert.equal(told(await put(body.id, 2, { 'if-match': '"99999999999999999999"' })), '412 version-conflict')
})

test('a read is answered 304 while nothing is new, prices and stock included', async () => {
  const own = await shop.sell('VASE-2', 1000, { stock: 50 })
  const lines = [{ sku: own, quantity: 3 }]
  const cart = await shop.fullCart(lines)
  const again = async (etag: string) => {
    const answer = await read(cart.id, { 'if-none-match': etag })
    if (answer.status === 304) assert.equal(String(answer.body), '')
    return [answer.status, answer.headers.etag as string] as const
  }
  const first = (await read(cart.id)).headers.etag as string
  for (const same of [first, `W/${first}`, `"x", ${first}`, '*']) assert.deepEqual(await again(same), [304, first])
  assert.equal((await again('"1"'))[0], 200)

  await shop.sell(own, 1100)
  const [status, second] = await again(first)
  assert.deepEqual([status, second !== first], [200, true])
  assert.deepEqual(await again(second), [304, second])
  // The price does not keep the customer from changing the cart.
  const changed = await shop.request(routes.putCart, {
    params: { id: cart.id },
    body: { email: 'lena@souk.example', lines },
    headers: { 'if-match': first },
  })
  assert.equal(changed.status, 200)
})

test('a cart that is ordered meanwhile is new to its reader', async () => {
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  const { etag = '' } = (await read(cart.id)).headers
  await shop.buy(cart)
  assert.equal((await read(cart.id, { 'if-none-match': etag })).status, 200)
})

test('my current cart has the same ETag', async () => {
  const lena = customer()
  const cart = await shop.fullCart([{ sku, quantity: 1 }], lena)
  const answer = await shop.request(routes.readMyCart, {}, lena)
  const { etag = '' } = answer.headers
  assert.deepEqual([answer.body, answer.status], [cart, 200])
  assert.equal((await shop.request(routes.readMyCart, { headers: { 'if-none-match': etag } }, lena)).status, 304)
})

test('ids of carts are UUIDs of version 4 or 7, those of orders may be of version 8, too', async () => {
  const idOf = (version: string, variant = '8') => `0199f0a0-0000-${version}000-${variant}000-0000000000aa`
  const statuses = async (ids: string[]) => Promise.all(ids.map(async (id) => (await put(id, 1)).status))
  assert.deepEqual(await statuses(['4', '7'].map((version) => idOf(version))), [200, 200])
  const wrong = [
    ...['0', '1', '2', '3', '5', '6', '8', 'f'].map((version) => idOf(version)),
    idOf('4', '0'),
    idOf('4', 'c'),
  ]
  for (const status of await statuses([...wrong, '00000000-0000-0000-0000-000000000000'])) assert.equal(status, 400)
  const cart = await shop.fullCart([{ sku, quantity: 1 }])
  for (const id of wrong) assert.equal((await read(id)).status, 400)
  for (const version of ['1', '5']) assert.equal((await shop.buy(cart, { orderId: idOf(version) })).status, 400)
  assert.equal((await shop.buy({ ...cart, id: idOf('1') })).status, 400)
  assert.equal((await shop.buy(cart, { orderId: idOf('8') })).status, 201)
})
