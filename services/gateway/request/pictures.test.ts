// Pictures: published ones are the same for everybody and for every cache, those of drafts are for staff alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { Refusal, reply } from '@souk/service'
import { bearer, identity, startGateway, type TestGateway } from '../fixture.ts'

let shop: TestGateway
const published = randomUUID()
const draft = randomUUID()
before(async () => {
  shop = await startGateway({
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

test('to everybody else such a picture does not exist, and no cache keeps that answer', async () => {
  for (const who of [{}, bearer('customer'), bearer('nobody')])
    assert.deepEqual(await look(draft, who), [404, 'no-store'])
})

test('a published picture is read once, without a session lookup', async () => {
  for (const who of [{}, bearer('staff'), bearer('customer'), bearer('unknown')])
    assert.deepEqual(await look(published, who), [200, 'public, max-age=31536000, immutable'])
  assert.deepEqual([times('products.readPicture'), times('users.exchangeSession')], [4, 0])
})
