// Pictures: the same for everybody and for every cache; those of drafts for staff alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { Refusal, reply } from '@souk/service'
import { bearer, identity, openShop, type Shop } from '../fixture.ts'

let shop: Shop
const published = randomUUID()
const draft = randomUUID()
before(async () => {
  shop = await openShop({
    'products.readPicture': ({ params, caller }) => {
      const picture = (cache: string) => reply(200, Buffer.from('bytes'), { 'cache-control': cache })
      if (params.id === published) return picture('public, max-age=31536000, immutable')
      if (params.id === draft && caller.role === 'staff') return picture('private, no-store')
      throw new Refusal('not-found', 404, 'There is no such picture.')
    },
  })
  shop.sessions.set('staff', identity('staff'))
  shop.sessions.set('customer', identity())
})
after(() => shop.stop())
beforeEach(() => shop.asked.clear())

const pathOf = (id: string) => `/v1/images/${id}/small.webp`
const look = async (id: string, who: RequestInit = {}) => {
  const response = await shop.get(pathOf(id), who)
  return [response.status, response.headers.get('cache-control')]
}
const times = (route: string) => shop.asked.get(route) ?? 0

test('staff sees the pictures of drafts, by token and by cookie, and no cache keeps them', async () => {
  assert.deepEqual(await look(draft, bearer('staff')), [200, 'private, no-store'])
  const cookie = { headers: { cookie: 'souk.session_token=staff' } }
  assert.deepEqual(await look(draft, cookie), [200, 'private, no-store'])
})

test('to everybody else there is no such picture, and no cache remembers that', async () => {
  for (const who of [{}, bearer('customer'), bearer('nobody')])
    assert.deepEqual(await look(draft, who), [404, 'no-store'])
})

test('what is for everybody is read once, and nobody is asked who they are', async () => {
  for (const who of [{}, bearer('staff'), bearer('customer'), bearer('unknown')])
    assert.deepEqual(await look(published, who), [200, 'public, max-age=31536000, immutable'])
  assert.deepEqual([times('products.readPicture'), times('users.exchangeSession')], [4, 0])
})
