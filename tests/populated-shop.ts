// A small shop with people in it: customer A with an order, an address and letters; customer B; staff; and what there is
// for sale. For tests that go through all routes.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { productsApi } from '@souk/contracts/products'
import { eventually } from '@souk/service/fixture'
import { clientAs, seedStaff } from '../seed/store-goods.ts'
import { ensureStaff } from '../services/users/staff.ts'
import { address } from './customer.ts'
import { openShop, type Shop } from './fixture.ts'
import type { World } from './routes.ts'

export interface People {
  a: string
  b: string
  staff: string
}
const staffPassword = 'a-long-password-of-staff'

export async function openPopulatedShop(
  env: Record<string, string> = {},
): Promise<{ shop: Shop; world: World; people: People }> {
  const shop = await openShop({ transport: 'memory', env })
  await shop.putGoods({ sku: 'THING', cents: 1_000, quantity: 1_000 })
  const people = await invite(shop)
  return { shop, people, world: await furnish(shop, people) }
}

async function invite(shop: Shop): Promise<People> {
  const users = shop.test.running.services.get('users')!
  await ensureStaff(users.context, { email: 'boss@souk.example', password: staffPassword, name: 'Boss' })
  const [a, b, staff] = await Promise.all([
    shop.signUp('a@example.com'),
    shop.signUp('b@example.com'),
    shop.signIn('boss@souk.example', staffPassword),
  ])
  return { a, b, staff }
}

async function furnish(shop: Shop, { a }: People): Promise<World> {
  const products = clientAs(shop.test.running, productsApi, seedStaff)
  const category = await products.createCategory({ body: { slug: 'things', title: 'Things' } })
  const [product] = (await products.listAll({ query: { limit: 1 } })).items
  const wish = { lines: [{ sku: 'THING', quantity: 1 }], bearer: a, email: 'a@example.com' }
  const cart = await shop.fillCart(wish)
  const { body: order } = await shop.checkOut(cart, { bearer: a })
  const bank = await shop.buy({ ...wish, token: 'tok_3ds' })
  const saved = await shop.ask('POST', '/v1/me/addresses', { body: address, bearer: a })
  // One of A's sessions that A does not use.
  await shop.signIn('a@example.com', 'long-enough-for-a-test')
  const sessions = await shop.ask<{ items: { id: string; current: boolean }[] }>('GET', '/v1/me/sessions', {
    bearer: a,
  })
  await shop.staff.orders.ship({
    params: { id: order.id },
    body: {},
    headers: { 'idempotency-key': randomUUID() },
  })
  await shop.test.settle()
  await eventually('A has letters', async () => (await shop.mails('a@example.com')).length >= 2)
  const [letter] = await shop.sql('notifications')<{ id: string }>`
    select id from notification where kind = 'order-confirmed' limit 1`
  return {
    orderId: order.id,
    cartId: cart.id,
    addressId: String(saved.body.id),
    sessionId: sessions.body.items.find((one) => !one.current)?.id as string,
    notificationId: letter?.id as string,
    mailId: letter?.id as string,
    bankPage: bank.body.nextAction?.url.split('/').at(-1) as string,
    productId: product?.id as string,
    imageId: randomUUIDv7(),
    categoryId: category.id,
    expectedTotal: cart.totals.total,
  }
}
