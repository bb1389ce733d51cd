// Orders as rows: discounts of lines are stored with them, and orders that were stored without any still read.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { staff } from '@souk/service/fixture'
import { priceCart } from '../cart/price-cart.ts'
import { taxIn } from '../cart/tax.ts'
import { sumUp } from '../cart/totals.ts'
import { newOrder } from '../checkout/new-order.ts'
import type { OrdersContext } from '../context.ts'
import { address, eur, keyed, type OrdersShop, openShop } from '../fixture.ts'
import { findOrder, insertOrder } from './orders-table.ts'

let shop: OrdersShop
let context: OrdersContext
before(async () => {
  shop = await openShop()
  context = shop.running.services.get('orders')?.context as OrdersContext
})
after(() => shop.stop())

/** Stores a checkout of three units at 10.00 with 4.99 off, plus 4.90 for shipping, as a promotion will. */
async function storeDiscounted(sku: string, meanwhile: () => Promise<unknown> = () => shop.sell(`${sku}-NEIGHBOR`, 1)) {
  await shop.sell(sku, 1000)
  const body = {
    email: 'lena@souk.example',
    lines: [{ sku, quantity: 3 }],
    shippingAddress: address,
    shippingMethod: 'standard',
  }
  const cart = await shop.putCart(body)
  const [versions] = await context.sql<{ cartVersion: number; pricesVersion: number }>`
    select version as cart_version, (select version from price_list where sku = ${sku}) as prices_version
    from cart where id = ${cart.id}`
  if (!versions) throw new Error('The cart was not stored.')
  const sold = { sku, slug: sku, title: sku, variantTitle: '', prices: [eur(1000)], weightGrams: 500, image: null }
  const priced = priceCart(body, [{ ...sold, status: 'published', version: versions.pricesVersion }])
  const { totals, lines } = sumUp([{ fullAmount: 3000, discount: 499 }], 490, 'EUR', taxIn('DE'))
  const [line] = priced.lines
  const [sum] = lines
  if (!line || !sum) throw new Error('The cart has a line.')
  const discounted = { ...line, discount: eur(499), lineTotal: eur(sum.lineTotal), tax: eur(sum.tax) }
  const checkout = {
    orderId: crypto.randomUUID(),
    cartId: cart.id,
    customerId: undefined,
    cartVersion: undefined,
    expectedTotal: totals.total,
    payment: { provider: 'simulator', token: 'tok_ok' },
    returnUrl: 'http://localhost:4000/orders/1',
    accessKey: 'key',
    network: undefined,
    at: new Date().toISOString(),
  }
  await meanwhile()
  const order = newOrder(checkout, {
    body,
    priced: { ...priced, totals, lines: [discounted] },
    customerId: null,
    cartVersion: cart.version,
  })
  const isStored = (await insertOrder(order, versions, context)) !== undefined
  return { ...cart, totals, orderId: checkout.orderId, isStored }
}

test('an order is stored although another product has changed since its cart was priced, but not when its own has', async () => {
  assert.equal((await storeDiscounted('PITCHER-3')).isStored, true)
  assert.equal((await storeDiscounted('PITCHER-4', () => shop.sell('PITCHER-4', 999))).isStored, false)
})

test('a discount is stored with its line, and paid, refunded and shown in the totals', async () => {
  const sku = 'PITCHER-1'
  const { orderId, ...cart } = await storeDiscounted(sku)
  const stored = await findOrder(context.sql, orderId, 'secret')
  assert.deepEqual([stored?.lines[0]?.discount, stored?.lines[0]?.lineTotal], [eur(499), eur(2501)])

  const { status, order } = await shop.buy(cart, { orderId })
  assert.equal(status, 201)
  assert.deepEqual([order.totals.subtotal, order.totals.discount], [eur(3000), eur(499)])
  assert.deepEqual([order.totals.total, shop.fakes.payments.get(orderId)?.amount], [eur(2991), eur(2991)])
  const { refunds } = await shop.as(ordersApi, staff).refund({
    params: { id: orderId },
    body: { reason: 'Broken', lines: [{ sku, quantity: 1 }] },
    headers: keyed(),
  })
  assert.deepEqual(refunds[0]?.amount, eur(834))
})

test('an order that was stored before lines had discounts has none', async () => {
  const order = await shop.placedOrder(await shop.sell('PITCHER-2', 1990), 2)
  await context.sql`
    update orders set lines = (select json_agg(line::jsonb - 'discount') from json_array_elements(lines) as line)
    where id = ${order.id}`
  const stored = await findOrder(context.sql, order.id, 'secret')
  assert.deepEqual([stored?.lines[0]?.discount, stored?.lines[0]?.lineTotal], [eur(0), eur(3980)])
  const { refunds } = await shop.as(ordersApi, staff).refund({
    params: { id: order.id },
    body: { reason: 'Broken', lines: [{ sku: 'PITCHER-2', quantity: 1 }] },
    headers: keyed(),
  })
  assert.deepEqual(refunds[0]?.amount, eur(1990))
})

test('an order keeps the language of its cart and tells it with its first message; without one it has none', async () => {
  const sku = await shop.sell('PITCHER-3', 1990)
  for (const language of ['de', undefined] as const) {
    const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }], undefined, { language }))
    const stored = await shop.as(ordersApi, staff).read({ params: { id: order.id } })
    await shop.settle()
    const placed = shop.transport.log.find(({ key, type }) => key === order.id && type === 'orders.order-placed')
    const told = JSON.parse(placed?.json ?? '{}').data?.language
    assert.deepEqual([order.language, stored.language, told], [language, language, language])
  }
})
