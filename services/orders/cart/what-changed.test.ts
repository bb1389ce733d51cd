// What a cart says of changes since its customer stored it, of delivery and of its total; and how a guest finds an order again whose
// checkout was never answered.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Cart, type CartInput, ordersApi } from '@souk/contracts/orders'
import { ProductChanged } from '@souk/contracts/products'
import { anonymous, customer, refusalOf } from '@souk/service/fixture'
import { address, eur, type OrdersShop, openShop } from '../fixture.ts'
import { deliveryDays } from './delivery-days.ts'
import { forgetFormerPrices } from './former-prices.ts'

let shop: OrdersShop
let count = 0
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const read = (id: string) => shop.as(ordersApi, anonymous).readCart({ params: { id } })
function newProduct() {
  const sku = `POT-${++count}`
  const product = { productId: randomUUID(), slug: sku.toLowerCase(), title: sku, status: 'published' as const }
  let version = 0
  const priced = (cents: number, dollars = 3000) => {
    const prices = [eur(cents), { amount: dollars, currency: 'USD' }]
    const variants = [{ sku, title: '', prices, weightGrams: 1 }]
    return shop.deliver(ProductChanged({ ...product, version: ++version, variants }))
  }
  return { sku, priced }
}
const pricesOf = ({ lines: [line] }: Cart) => [line?.unitPrice.amount, line?.previousUnitPrice?.amount]

test('a line says what it cost when the cart was stored, until the cart is stored again', async () => {
  const { sku, priced } = newProduct()
  await priced(2000)
  const wish: CartInput = { lines: [{ sku, quantity: 1 }] }
  const { id } = await shop.putCart(wish)
  assert.deepEqual(pricesOf(await read(id)), [2000, undefined])
  await priced(2400)
  assert.deepEqual(pricesOf(await read(id)), [2400, 2000])
  await priced(2200)
  assert.deepEqual(pricesOf(await read(id)), [2200, 2000])
  await priced(2000)
  assert.deepEqual(pricesOf(await read(id)), [2000, undefined])
  await priced(2600)
  const stored = await shop.putCart(wish, id)
  assert.deepEqual(
    [pricesOf(stored), pricesOf(await read(id))],
    [
      [2600, undefined],
      [2600, undefined],
    ],
  )
  await priced(2600, 3500)
  assert.deepEqual(pricesOf(await read(id)), [2600, undefined], 'the price in another currency')
  assert.deepEqual(pricesOf(await read((await shop.putCart(wish)).id)), [2600, undefined], 'a cart of now')
})

test('former prices are forgotten with the carts', async () => {
  const { sql } = shop.database('orders')
  const rows = async () => (await sql`select sku from former_price`).length
  await forgetFormerPrices(new Date(Date.now() - 86_400_000), 100, sql)
  assert.ok((await rows()) > 0)
  await forgetFormerPrices(new Date(Date.now() + 1_000), 100, sql)
  assert.equal(await rows(), 0)
})

test('standard shipping at home is free from 60 euros of goods, and the cart says so before', async () => {
  const sku = await shop.sell(`BOWL-${++count}`, 2000)
  const shippingOf = async (quantity: number, more: Partial<CartInput> = {}) => {
    const cart = await shop.fullCart([{ sku, quantity }], anonymous, more)
    return [cart.totals.shipping.amount, cart.freeShippingFrom?.amount, cart.shippingMethods[0]?.price.amount]
  }
  assert.deepEqual(await shippingOf(2), [490, 6000, 490])
  assert.deepEqual(await shippingOf(3), [0, 6000, 0])
  assert.deepEqual(await shippingOf(3, { shippingMethod: 'express' }), [990, undefined, 0])
  assert.deepEqual(await shippingOf(3, { shippingAddress: { ...address, country: 'AT', postalCode: '1010' } }), [
    890,
    undefined,
    890,
  ])
  const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 3 }]))
  assert.deepEqual([order.status, order.totals.total, order.totals.shipping], ['paid', eur(6000), eur(0)])
})

test('a problem with the stock says how many are left', async () => {
  const [few, gone] = [
    await shop.sell(`FEW-${++count}`, 100, { stock: 2 }),
    await shop.sell(`GONE-${++count}`, 100, { stock: 0 }),
  ]
  const { problems } = await shop.putCart({
    lines: [
      { sku: few, quantity: 3 },
      { sku: gone, quantity: 1 },
    ],
  })
  assert.deepEqual(
    problems.map(({ code, sku, available }) => [code, sku, available]),
    [
      ['not-enough-stock', few, 2],
      ['out-of-stock', gone, 0],
    ],
  )
})

test('the days of arrival that the cart names are promised by the order, and the language goes into its messages', async () => {
  const sku = await shop.sell(`CUP-${++count}`, 1000)
  const cart = await shop.fullCart([{ sku, quantity: 1 }], anonymous, { language: 'de' })
  const promised = cart.shippingMethods[0]?.delivery
  assert.match(`${promised?.from} ${promised?.to}`, /^\d{4}-\d\d-\d\d \d{4}-\d\d-\d\d$/)
  const { order } = await shop.buy(cart)
  assert.deepEqual([order.delivery, order.language], [promised, 'de'])
  const again = await shop
    .as(ordersApi, anonymous)
    .read({ params: { id: order.id }, headers: { 'order-key': order.accessKey as string } })
  assert.deepEqual(again, { ...order, updatedAt: again.updatedAt })
  await shop.settle()
  const [placed] = shop
    .messages<typeof order & { orderId: string }>('orders.order-placed')
    .filter((one) => one.orderId === order.id)
  assert.deepEqual([placed?.language, placed?.delivery], ['de', promised])
  const { items } = await shop.as(ordersApi, anonymous).shippingMethods({ query: { country: 'DE' } })
  assert.deepEqual(items[0]?.delivery, promised)
})

test('a parcel leaves on the same working day before 14:00, and travels from Monday to Friday', () => {
  const days = (at: string) => deliveryDays([1, 3], new Date(at))
  assert.deepEqual(days('2026-12-02T12:59:00Z'), { from: '2026-12-03', to: '2026-12-07' }) // Wednesday, 13:59 in Berlin.
  assert.deepEqual(days('2026-12-02T13:00:00Z'), { from: '2026-12-04', to: '2026-12-08' })
  assert.deepEqual(days('2026-07-01T12:00:00Z'), { from: '2026-07-03', to: '2026-07-07' }) // In summer, 14:00.
  assert.deepEqual(days('2026-12-04T14:00:00Z'), { from: '2026-12-08', to: '2026-12-10' }) // Friday, too late.
  assert.deepEqual(days('2026-12-05T08:00:00Z'), { from: '2026-12-08', to: '2026-12-10' }) // Saturday.
  assert.deepEqual(days('2026-12-31T23:30:00Z'), { from: '2027-01-04', to: '2027-01-06' }) // Friday already in Berlin.
  assert.deepEqual(days('2026-03-29T00:30:00Z'), { from: '2026-03-31', to: '2026-04-02' }) // The clocks change.
})

test('a guest whose checkout was never answered finds the order, and its key, with the ids of order and cart', async () => {
  const sku = await shop.sell(`JUG-${++count}`, 1000)
  const [cart, orderId] = [await shop.fullCart([{ sku, quantity: 1 }]), randomUUID()]
  const find = (cartId: string, id: string = orderId) =>
    shop.as(ordersApi, anonymous).read({ params: { id }, headers: { 'cart-id': cartId } })
  assert.equal((await refusalOf(find(cart.id))).code, 'not-found', 'it never arrived')
  const { order } = await shop.buy(cart, { orderId, token: 'tok_3ds' })
  const found = await find(cart.id.toUpperCase())
  assert.deepEqual(
    [found.accessKey, found.status, found.nextAction],
    [order.accessKey, 'awaiting-customer', order.nextAction],
  )
  assert.equal((await refusalOf(find(randomUUID()))).code, 'not-found')
  assert.equal((await read(cart.id)).status, 'being-bought')
  assert.equal((await shop.buy(cart, { orderId, token: 'tok_3ds' })).order.accessKey, order.accessKey)

  const lena = customer()
  const hers = await shop.fullCart([{ sku, quantity: 1 }], lena)
  const { order: bought } = await shop.buy(hers, { caller: lena })
  assert.equal((await refusalOf(find(hers.id, bought.id))).code, 'not-found', 'an order of an account')
})
