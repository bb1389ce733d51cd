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

test('a generated staff password is shown once, and opens nothing before it is replaced', async () => {
  const secret = 'x'.repeat(32)
  const shop = await openShop({
    transport: 'memory',
    env: { NODE_ENV: 'production', SOUK_SHARED_SECRET: secret, PAYMENTS_SIMULATOR_SECRET: secret },
  })
  try {
    const staffPassword = 'W7cVjvUD0ZQqkY3a'
    const progress = { say: () => undefined, bar: () => undefined }
    const options = { staffPassword, isGenerated: true, progress, pictures: false }
    const first = await ensureShopIsSeeded(shop.test.running, options)
    assert.match(first.staffLogin, new RegExp(`^staff@souk\\.example  ${staffPassword}  \\(shown once`))
    for (let start = 0; start < 2; start++) {
      const { staffLogin } = await ensureShopIsSeeded(shop.test.running, options)
      assert.ok(!staffLogin.includes(staffPassword), staffLogin)
    }
    const email = 'staff@souk.example'
    const signIn = (body: object) =>
      shop.ask<{ code?: string }>('POST', '/v1/auth/sign-in/email', {
        body: { email, password: staffPassword, ...body },
      })
    assert.equal((await signIn({})).body.code, 'password-change-required')
    assert.equal((await signIn({ newPassword: 'a-long-password-of-staff' })).status, 200)
    const { staffLogin } = await ensureShopIsSeeded(shop.test.running, options)
    assert.ok(!staffLogin.includes(staffPassword), staffLogin)
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
