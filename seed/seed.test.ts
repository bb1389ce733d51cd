// What a first start makes of an empty shop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ordersApi } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import type { Running } from '@souk/service'
import { openShop } from '../tests/fixture.ts'
import { ensureShopIsSeeded } from './seed.ts'
import { clientAs, idOf, seedStaff } from './store-goods.ts'

test('a shop in production begins with its staff login and nothing of the demo', async () => {
  const secret = 'x'.repeat(32)
  const shop = await openShop({
    transport: 'memory',
    env: { NODE_ENV: 'production', SOUK_SHARED_SECRET: secret, PAYMENTS_SIMULATOR_SECRET: secret },
  })
  try {
    const staffPassword = 'a-long-password-of-staff'
    const seeded = () =>
      ensureShopIsSeeded(shop.test.running, {
        staffPassword,
        isGenerated: false,
        progress: { say: () => undefined, bar: () => undefined },
        pictures: false,
      })
    const staffLogin = `staff@souk.example  ${staffPassword}`
    assert.deepEqual(await seeded(), { isNew: true, staffLogin })
    assert.deepEqual(await seeded(), { isNew: false, staffLogin })
    assert.ok(await shop.signIn('staff@souk.example', staffPassword))
    const { body } = await shop.ask<{ items: unknown[] }>('GET', '/v1/categories')
    assert.deepEqual(body.items, [])
    const people = await shop.sql('users')<{ email: string }>`select email from shop_user`
    assert.deepEqual(people, [{ email: 'staff@souk.example' }])
  } finally {
    await shop.stop()
  }
})

test('a busy service is asked again, but not for what would then be there twice', async () => {
  const asked: string[] = []
  const call: Running['serviceCalls']['call'] = async ({ name }) => {
    asked.push(name)
    const isBusy = name !== 'read' || asked.length === 1
    const problem = { code: 'deadline-exceeded', status: 504, title: 'Too late' }
    return { status: isBusy ? 504 : 200, headers: {}, body: Buffer.from(JSON.stringify(isBusy ? problem : {})) }
  }
  const running = { serviceCalls: { call } } as unknown as Running
  await clientAs(running, ordersApi, seedStaff).read({ params: { id: idOf('order') } })
  assert.deepEqual(asked.splice(0), ['read', 'read'])
  const body = { slug: 'bowls', title: 'Bowls' }
  await assert.rejects(clientAs(running, productsApi, seedStaff).createCategory({ body }), {
    code: 'deadline-exceeded',
  })
  assert.deepEqual(asked, ['createCategory'])
})
