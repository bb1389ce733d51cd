// Each invariant holds in a shop that was used, and finds the row that breaks it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { usersApi } from '@souk/contracts/users'
import { invariants } from './invariants.ts'
import { startUsers, type UsersShop } from './try-users.ts'

let shop: UsersShop
before(async () => {
  shop = await startUsers()
})
after(() => shop.stop())

const damage: Record<string, string> = {
  'U1-one-default-address': 'update address set is_default = false',
  'U2-passwords-hashed': `update credential set password = 'seven green camels'`,
  'U3-sessions-end': `update session set expires_at = created_at + interval '10 years'`,
  'U4-account-announced': `delete from outbox_sent where type = 'users.user-registered'`,
}

test('every invariant holds, until its row is damaged', async () => {
  const { caller } = await shop.newcomer()
  const body = { name: 'Nour', line1: 'Palm Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
  await shop.as(usersApi, caller).addAddress({ body })
  await shop.settle()
  const { pool } = shop.database('users')
  const broken = async () => {
    const counts = await Promise.all(invariants.map(async ({ sql }) => (await pool.query(sql)).rowCount))
    return invariants.filter((_, index) => counts[index] !== 0).map(({ id }) => id)
  }
  assert.deepEqual(await broken(), [])
  const found: string[] = []
  for (const { id } of invariants) {
    await pool.query(damage[id] ?? '')
    found.push(id)
    assert.deepEqual(await broken(), found)
  }
})
