// Checking out, asked from outside: replies, rows, calls and messages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OrdersShop, openShop } from './shop-for-tests.ts'

let shop: OrdersShop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test('a purchase ends paid, with one message and one capture', async () => {
  const sku = await shop.sell('CUP-1', 1990)
  const cart = await shop.fullCart([{ sku, quantity: 2 }])
  const { status, order } = await shop.buy(cart)
  assert.equal(status, 201)
  assert.equal(order.status, 'paid')
  assert.match(order.number, /^S-1\d{5}$/)
  assert.deepEqual(order.totals, cart.totals)
  assert.equal(order.totals.total.amount, 2 * 1990 + 490)
  assert.deepEqual(await shop.sentAbout(order.id), ['orders.order-placed'])
  assert.deepEqual([shop.neighbors.count('reserve', order.id), shop.neighbors.count('pay', order.id)], [1, 1])
})
