// Profiles, address books, deleted accounts, and the accounts of staff.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import type { Caller } from '@souk/service'
import { anonymous, customer, refusalOf, staff } from '@souk/service/fixture'
import type { UsersContext } from '../context.ts'
import { goodPassword, startUsers, type UsersShop } from '../fixture.ts'
import { createCustomer, ensureStaff } from '../staff.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())
const as = (caller: Caller) => shop.as(usersApi, caller)
const home = { name: 'Nour', line1: 'Palm Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

test('customers read and change their own profile', async () => {
  const { caller, email, identity } = await shop.newCustomer()
  assert.equal((await as(caller).changeMe({ body: { name: 'Noor' } })).name, 'Noor')
  const me = await as(caller).readMe({})
  assert.deepEqual(
    { ...me, createdAt: '' },
    { id: identity.userId, email, emailVerified: false, name: 'Noor', role: 'customer', createdAt: '' },
  )
  for (const body of [{ role: 'staff' }, { name: 'x', email: 'other@example.com' }, {}, { name: { first: 'N' } }])
    assert.equal((await shop.request(usersApi.routes.changeMe, { body }, caller)).status, 400)
  await as(caller).changeMe({ body: { name: 'Noor' } })
  await shop.settle()
  const updates = shop.messages<{ userId: string; name: string }>('users.user-updated')
  assert.deepEqual(
    updates.filter((it) => it.userId === identity.userId).map((it) => it.name),
    ['Noor'],
  )
})

test('an address book has exactly one default', async () => {
  const { caller } = await shop.newCustomer()
  const mine = as(caller)
  const first = await mine.addAddress({ body: { ...home, company: 'Palm & Co', phone: '' } })
  assert.deepEqual(first, { id: first.id, ...home, company: 'Palm & Co', isDefault: true })
  const second = await mine.addAddress({ body: { ...home, line1: 'Oak Street 2' } })
  assert.equal(second.isDefault, false)
  const third = await mine.addAddress({ body: { ...home, line1: 'Fig Street 3', isDefault: true } })
  await mine.changeAddress({ params: { id: second.id }, body: { city: 'Hamburg', isDefault: true } })
  await mine.changeAddress({ params: { id: second.id }, body: { isDefault: false } })
  assert.deepEqual(await book(caller), ['Oak Street 2 *', 'Fig Street 3', 'Palm Street 1'])
  await mine.deleteAddress({ params: { id: second.id } })
  assert.deepEqual(await book(caller), ['Fig Street 3 *', 'Palm Street 1'])
  await mine.deleteAddress({ params: { id: third.id } })
  await mine.deleteAddress({ params: { id: first.id } })
  assert.deepEqual(await book(caller), [])
  await Promise.all(Array.from({ length: 8 }, () => mine.addAddress({ body: { ...home, isDefault: true } })))
  assert.equal((await book(caller)).filter((it) => it.endsWith('*')).length, 1)
})

test('an address that is added twice with one key is added once', async () => {
  const { caller } = await shop.newCustomer()
  const mine = as(caller)
  const headers = { 'idempotency-key': randomUUID() }
  const [first, again] = [
    await mine.addAddress({ body: home, headers }),
    await mine.addAddress({ body: home, headers }),
  ]
  assert.deepEqual(again, first)
  assert.equal((await mine.listAddresses({})).items.length, 1)
})

test('an address that is older than a rule is shown and can stay; one that changes must be right', async () => {
  const { caller } = await shop.newCustomer()
  const mine = as(caller)
  const { id } = await mine.addAddress({ body: home })
  await mine.addAddress({ body: { ...home, isDefault: true } })
  await shop.database('users').sql`
    update address set postal_code = 'unknown', phone = 'at noon', region = '' where id = ${id}`
  const shown = { id, ...home, postalCode: 'unknown', phone: 'at noon', region: '' }
  assert.deepEqual((await mine.listAddresses({})).items[1], { ...shown, isDefault: false })
  const change = (body: object) => mine.changeAddress({ params: { id }, body })
  assert.deepEqual(await change({ isDefault: true }), { ...shown, isDefault: true })
  const { code, problem } = await refusalOf(change({ line1: 'Elm Street 5' }))
  const { errors } = problem as unknown as { errors: { path: string }[] }
  assert.deepEqual([code, errors.map(({ path }) => path)], ['invalid-request', ['postalCode', 'phone']])
  const mended = await change({ line1: 'Elm Street 5', postalCode: '10115', phone: null })
  assert.deepEqual(mended, { id, ...home, line1: 'Elm Street 5', isDefault: true })
})

test('an address book holds fifty', async () => {
  const { caller } = await shop.newCustomer()
  const answers = await Promise.allSettled(Array.from({ length: 55 }, () => as(caller).addAddress({ body: home })))
  assert.equal(answers.filter((it) => it.status === 'fulfilled').length, 50)
  assert.equal((await refusalOf(as(caller).addAddress({ body: home }))).code, 'too-many-addresses')
})

test('nobody reaches the addresses of somebody else', async () => {
  const [nour, mallory] = [await shop.newCustomer(), await shop.newCustomer()]
  const { id } = await as(nour.caller).addAddress({ body: home })
  for (const caller of [mallory.caller, { ...staff, userId: mallory.identity.userId }]) {
    assert.deepEqual((await as(caller).listAddresses({})).items, [])
    const change = as(caller).changeAddress({ params: { id }, body: { city: 'Elsewhere', isDefault: true } })
    assert.equal((await refusalOf(change)).code, 'not-found')
    assert.equal((await refusalOf(as(caller).deleteAddress({ params: { id } }))).code, 'not-found')
  }
  assert.equal((await refusalOf(as(anonymous).listAddresses({}))).code, 'not-signed-in')
  assert.deepEqual(
    (await as(nour.caller).listAddresses({})).items.map((it) => it.city),
    ['Berlin'],
  )
})

test('deleting an account needs its password, and deletes everything about the customer', async () => {
  const { caller, email, token, identity } = await shop.newCustomer()
  await as(caller).addAddress({ body: home })
  await shop.post('request-password-reset', { email })
  assert.equal((await refusalOf(as(caller).deleteMe({ body: { password: 'a wrong guess' } }))).code, 'wrong-password')
  await shop.exchange(token)
  await as(caller).deleteMe({ body: { password: goodPassword } })
  assert.equal((await refusalOf(shop.exchange(token))).code, 'not-signed-in')
  assert.equal((await shop.post('sign-in/email', { email, password: goodPassword })).status, 401)
  const { sql } = shop.database('users')
  for (const table of ['shop_user', 'session', 'credential', 'verification', 'address', 'known_device']) {
    const rows = await shop.running.services
      .get('users')
      ?.context.database.pool.query(`select * from ${table} as t where t::text like '%${identity.userId}%'`)
    assert.equal(rows?.rowCount, 0, table)
  }
  await sql`select 1`
  await shop.settle()
  assert.equal(
    shop.messages<{ userId: string }>('users.user-deleted').filter((it) => it.userId === identity.userId).length,
    1,
  )
  assert.equal(
    shop.messages<{ userId: string }>('users.session-revoked').filter((it) => it.userId === identity.userId).length,
    1,
  )
  await shop.newCustomer(email)
})

test('guesses at the password of a signed-in customer are limited', async () => {
  const { caller } = await shop.newCustomer()
  const codes: string[] = []
  for (let i = 0; i < 12; i++)
    codes.push((await refusalOf(as(caller).deleteMe({ body: { password: `guess ${i}` } }))).code)
  assert.deepEqual(codes.slice(9), ['wrong-password', 'too-many-requests', 'too-many-requests'])
})

test('staff list customers page by page, newest first, and find them by how a name or an address begins', async () => {
  const own = await startUsers()
  try {
    const context = own.running.services.get('users')?.context as UsersContext
    const people = ['Anna Sommer', 'anton_b', 'Berta%', 'Claude', 'Anneke']
    for (const name of people) {
      const email = `${name.replace(/\W/g, '').toLowerCase()}@example.com`
      await createCustomer(context, { name, email, password: goodPassword, addresses: [home, home] })
    }
    await ensureStaff(context, {
      name: 'Ann Staff',
      email: 'ann@souk.example',
      password: 'a very long password of staff',
    })
    const list = own.as(usersApi, staff).listCustomers
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ query: { limit: 2, cursor } })
      names.push(...page.items.map((it) => it.name))
      cursor = page.nextCursor
    } while (cursor)
    assert.deepEqual(names, people.toReversed())
    const find = async (q: string) => (await list({ query: { q } })).items.map((it) => it.name)
    assert.deepEqual(await find('ANN'), ['Anneke', 'Anna Sommer'])
    assert.deepEqual(await find('anton_'), ['anton_b'])
    assert.deepEqual(await find('berta@'), ['Berta%'])
    assert.deepEqual(await find('%'), [])
    for (const bad of ['x', Buffer.from('["x"]').toString('base64url'), Buffer.from('[1]').toString('base64url')])
      assert.equal((await refusalOf(list({ query: { cursor: bad } }))).code, 'invalid-cursor')
    assert.equal((await refusalOf(own.as(usersApi, customer()).listCustomers({}))).code, 'not-allowed')
  } finally {
    await own.stop()
  }
})

test('the first start makes a staff account once, and never changes its password', async () => {
  const context = shop.running.services.get('users')?.context as UsersContext
  const boss = { name: 'Boss', email: 'Staff@souk.example', password: 'the first long password' }
  const made = await Promise.all([ensureStaff(context, boss), ensureStaff(context, boss)])
  assert.deepEqual(
    made.map((one) => one.isItsPassword),
    [true, true],
  )
  assert.equal(made.filter((one) => one.isNew).length, 1)
  const signIn = (password: string) => shop.post('sign-in/email', { email: 'staff@souk.example', password })
  const signedIn = await signIn(boss.password)
  const token = signedIn.headers['set-auth-token'] as string
  assert.equal((await shop.exchange(token)).role, 'staff')

  const headers = { 'x-session-token': token }
  const body = { currentPassword: boss.password, newPassword: 'twelve chars' }
  assert.equal((await shop.post('change-password', body, { headers })).body.code, 'password-too-short')
  const newPassword = 'the second long password'
  assert.equal((await shop.post('change-password', { ...body, newPassword }, { headers })).status, 200)
  assert.deepEqual(await ensureStaff(context, boss), { isNew: false, isItsPassword: false })
  assert.equal((await signIn(boss.password)).status, 401)
  assert.deepEqual(await ensureStaff(context, { ...boss, password: newPassword }), {
    isNew: false,
    isItsPassword: true,
  })

  const { email } = await shop.newCustomer()
  await assert.rejects(ensureStaff(context, { ...boss, email }), /belongs to a customer/)
  await assert.rejects(
    ensureStaff(context, { ...boss, email: 'x@souk.example', password: 'short one' }),
    /15 characters/,
  )
})

test('customers of the demo are made once, verified, with their addresses', async () => {
  const context = shop.running.services.get('users')?.context as UsersContext
  const id = randomUUID()
  const leila = {
    id,
    name: 'Leila',
    email: `${id}@example.com`,
    password: goodPassword,
    addresses: [home, { ...home, line1: 'Oak 2' }],
  }
  const ids = await Promise.all([createCustomer(context, leila), createCustomer(context, leila)])
  assert.deepEqual([...new Set([...ids, await createCustomer(context, leila)])], [id])
  assert.deepEqual(await book(customer(id)), ['Palm Street 1 *', 'Oak 2'])
  const signedIn = await shop.post('sign-in/email', { email: leila.email, password: goodPassword })
  assert.equal((await shop.exchange(signedIn.headers['set-auth-token'] as string)).emailVerified, true)
})

async function book(caller: Caller): Promise<string[]> {
  return (await as(caller).listAddresses({})).items.map((it) => `${it.line1}${it.isDefault ? ' *' : ''}`)
}
