// A guest finds an order by its number and e-mail address, and nobody finds others' orders by trying.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { anonymous } from '@souk/service/fixture'
import { type OrdersShop, openShop } from '../fixture.ts'
import { numberIn } from './order-number.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

/** Each call from an address of its own, unless one is named. */
async function find(number: string, email: string, ip = `10.0.${++count >> 8}.${count & 255}`) {
  const answer = await shop.request(ordersApi.routes.find, { body: { number, email }, ip }, anonymous)
  return {
    status: answer.status,
    found: answer.body as { id: string; accessKey: string; code: string; detail: string },
  }
}
const aMailbox = () => `lena-${++count}@souk.example`
async function orderOf(email: string) {
  const sku = await shop.sell(`LAMP-${++count}`, 1990)
  const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }], anonymous, { email }))
  return order
}

test('the number and the address as people type them open the order', async () => {
  const email = `Lena.Vogt-${++count}@souk.example`
  const order = await orderOf(email)
  const digits = order.number.slice(2)
  for (const number of [order.number, order.number.toLowerCase(), ` ${digits} `, `s ${digits}`, `S – ${digits}`]) {
    const { status, found } = await find(number, ` ${email.toUpperCase()} `)
    assert.deepEqual([status, found.id, found.accessKey], [200, order.id, order.accessKey], number)
  }
})

test('a wrong number and a wrong address get the same answer', async () => {
  const email = aMailbox()
  const order = await orderOf(email)
  const wrong = [await find(order.number, aMailbox()), await find('S-999999999', email), await find('nonsense', email)]
  for (const { status, found } of wrong) {
    assert.deepEqual([status, found.code], [404, 'order-not-found'])
    assert.equal(found.detail, wrong[0]?.found.detail)
  }
})

test('after ten wrong pairs an hour of a mailbox or a number, or twenty of a network, even the right one has to wait', async () => {
  const email = aMailbox()
  const order = await orderOf(email)
  for (let wrong = 0; wrong < 10; wrong++) assert.equal((await find(`S-${++count}`, email)).status, 404)
  assert.equal((await find(order.number, email)).status, 429)

  const other = await orderOf(aMailbox())
  for (let wrong = 0; wrong < 10; wrong++) assert.equal((await find(other.number, aMailbox())).status, 404)
  assert.equal((await find(other.number, other.email)).status, 429)

  const third = await orderOf(aMailbox())
  for (let wrong = 0; wrong < 20; wrong++)
    assert.equal((await find(`S-${++count}`, aMailbox(), `2001:db8::${wrong}`)).status, 404)
  assert.equal((await find(third.number, third.email, '2001:db8::99')).status, 429)
  assert.equal((await find(third.number, third.email)).status, 200)
})

test('right pairs are not counted, and what was counted is forgotten', async () => {
  const order = await orderOf(aMailbox())
  for (let turn = 0; turn < 30; turn++)
    assert.equal((await find(order.number, order.email, '198.51.100.7')).status, 200)
})

test('text that is no number is none', () => {
  assert.deepEqual(['S-100042', 's100 042', '#100042', '100042'].map(numberIn), [100042, 100042, 100042, 100042])
  assert.deepEqual(['', 'S-', '-1e5', 'T-100042', '1234567890123456'].map(numberIn), [0, 0, 0, 0, 0])
})
