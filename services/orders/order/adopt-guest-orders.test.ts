// Guest orders come into the account that proves their address.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { EmailProved, UserRegistered, UserUpdated } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { anonymous, customer } from '@souk/service/fixture'
import { type OrdersShop, openShop } from '../fixture.ts'

let shop: OrdersShop
let sku: string
before(async () => {
  shop = await openShop()
  sku = await shop.sell('LAMP', 1990, { weightGrams: 10 })
})
after(() => shop.stop())

async function placed(email: string, caller: Caller = anonymous, token = 'tok_ok') {
  const { order } = await shop.buy(await shop.fullCart([{ sku, quantity: 1 }], caller, { email }), { caller, token })
  return order
}
const listed = async (caller: Caller) => (await shop.as(ordersApi, caller).list({})).items.map(({ id }) => id).sort()
const person = () => {
  const userId = randomUUID()
  const email = `${userId}@example.com`
  return { userId, email, caller: customer(userId, email) }
}

test('the orders of a guest come into the account that proves the address, however it is written', async () => {
  const { userId, email, caller } = person()
  const orders = [await placed(email), await placed(email.toUpperCase()), await placed(email, anonymous, 'tok_3ds')]
  const another = await placed(`x${email}`)
  assert.deepEqual(await listed(caller), [])
  const proved = EmailProved({ userId, email })
  await shop.deliver(proved, proved)
  assert.deepEqual(await listed(caller), orders.map(({ id }) => id).sort())
  const read = await shop.as(ordersApi, caller).read({ params: { id: orders[0]?.id as string } })
  assert.equal(read.email, email)
  const [kept] = await shop.database('orders').sql<{ customerId: string | null }>`
    select customer_id from orders where id = ${another.id}`
  assert.equal(kept?.customerId, null)

  const headers = { 'order-key': orders[0]?.accessKey as string }
  const byKey = await shop.request(
    ordersApi.routes.read,
    { params: { id: orders[0]?.id as string }, headers },
    anonymous,
  )
  assert.equal(byKey.status, 200, 'the link in the letter goes on to work')
})

test('orders that were placed as a guest afterwards come along with the next proof', async () => {
  const { userId, email, caller } = person()
  await shop.deliver(EmailProved({ userId, email }))
  const { id } = await placed(email)
  assert.deepEqual(await listed(caller), [])
  await shop.deliver(EmailProved({ userId, email }))
  assert.deepEqual(await listed(caller), [id])
})

test('an address that was not proved brings nothing, and no order changes its owner', async () => {
  const { userId, email, caller } = person()
  await placed(email)
  await shop.deliver(
    UserRegistered({ userId, email, name: 'Nour' }),
    UserUpdated({ userId, email, name: 'Nora', emailVerified: false }),
  )
  assert.deepEqual(await listed(caller), [])

  const owner = person()
  const owned = await placed(email, owner.caller)
  await shop.deliver(EmailProved({ userId, email }))
  assert.deepEqual(await listed(owner.caller), [owned.id])
  const late = person()
  await shop.deliver(EmailProved({ userId: late.userId, email }))
  assert.deepEqual(await listed(late.caller), [])
})

test('a checkout that goes on meanwhile ends as it should', async () => {
  const { userId, email, caller } = person()
  const cart = await shop.fullCart([{ sku, quantity: 1 }], anonymous, { email })
  const buying = Array.from({ length: 5 }, () => placed(email))
  const [{ status, order }] = await Promise.all([
    shop.buy(cart),
    shop.deliver(EmailProved({ userId, email })),
    ...buying,
  ])
  assert.equal(status, 201)
  await shop.deliver(EmailProved({ userId, email }))
  assert.ok((await listed(caller)).includes(order.id))
  assert.equal((await listed(caller)).length, 6)
})
