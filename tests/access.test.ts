// Access to every public route, derived from the contracts: a stranger, the customer who owns the record, another customer, staff,
// and callers with invalid tokens. A record of somebody else answers 404.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Route } from '@souk/contracts'
import { allRoutes } from '@souk/contracts'
import type { Shop } from './fixture.ts'
import { openPopulatedShop, type People } from './populated-shop.ts'
import { internalRoutes, nameOf, publicRoutes, requestOf, sampleOf, samples, type World } from './routes.ts'

let shop: Shop
let world: World
let people: People
let expired: string
before(async () => {
  const opened = await openPopulatedShop()
  shop = opened.shop
  world = opened.world
  people = opened.people
  expired = await shop.signUp('gone@example.com')
  await shop.sql('users')`
    update session
    set expires_at = now() - interval '1 hour'
    where user_id = (select id from shop_user where email = 'gone@example.com')`
})
after(() => shop.stop())

type Who = 'nobody' | 'a' | 'b' | 'staff'
interface Answer {
  status: number
  code: string
  text: string
}

async function askAs(route: Route, token: string | undefined, more: Record<string, string> = {}): Promise<Answer> {
  const { path, init } = requestOf(route, sampleOf(route, world))
  const headers = { ...init.headers, ...more, ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const response = await fetch(shop.url + path, { ...init, headers })
  const text = await response.text()
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json')
  return { status: response.status, code: isProblem ? JSON.parse(text).code : '', text }
}

/** What the contract says of who asks. */
function expected(route: Route, who: Who): 'let in' | 'not-signed-in' | 'not-allowed' | 'not-found' {
  const { ofA } = sampleOf(route, world)
  if (who === 'nobody' && route.access !== 'anyone') return 'not-signed-in'
  if (route.access === 'staff' && who !== 'staff') return 'not-allowed'
  if (!ofA || who === 'a') return 'let in'
  // Staff sees every order, but nobody's address book or sessions.
  return who === 'staff' && route.service === 'orders' ? 'let in' : 'not-found'
}

test('every public route has its sample, and no sample is of a route that is gone', () => {
  assert.deepEqual(Object.keys(samples).sort(), publicRoutes.map(nameOf).sort())
  assert.equal(publicRoutes.length + internalRoutes.length, allRoutes.length)
})

const inOrder = publicRoutes.toSorted((one, other) => isLast(one) - isLast(other))
function isLast(route: Route): number {
  const { last } = samples[nameOf(route)]?.({} as World) ?? {}
  return last ? (route.name === 'endAllSessions' ? 2 : 1) : 0
}

for (const route of inOrder) {
  test(`${route.method} ${route.path} is for ${route.access}`, async () => {
    // A comes last, because what A does to A's things may be for good.
    for (const who of ['nobody', 'b', 'staff', 'a'] as const) {
      const { status, code, text } = await askAs(route, who === 'nobody' ? undefined : people[who])
      const wanted = expected(route, who)
      const got = `${who}: ${status} ${code} ${text.slice(0, 200)}`
      if (wanted === 'let in') {
        assert.ok(!['not-signed-in', 'not-allowed'].includes(code), got)
        const isGone = who !== 'a' && sampleOf(route, world).last === true
        if (!isGone) assert.ok(sampleOf(route, world).lets.includes(status), got)
      } else assert.equal(code, wanted, got)
    }
  })
}

describe('with a token that is no good', () => {
  const minding = publicRoutes.filter((route) => route.access !== 'anyone')
  for (const [kind, token] of [
    ['invented', () => 'abcdefghijklmnopqrstuvwxyz012345'],
    ['forged', () => `${'a'.repeat(32)}.${'b'.repeat(43)}=`],
    ['expired', () => expired],
    ['of another kind', () => 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoic3RhZmYifQ.'],
  ] as const) {
    test(`that is ${kind}, nothing opens that is not for anyone`, async () => {
      for (const route of minding) {
        const { status, code } = await askAs(route, token())
        assert.equal(`${nameOf(route)} ${status} ${code}`, `${nameOf(route)} 401 not-signed-in`)
      }
    })
  }

  test('no header of a client says who somebody is', async () => {
    const claims = { 'x-user-id': 'staff', 'x-role': 'staff', 'x-caller': '{"role":"staff"}', 'x-session-token': 'x' }
    for (const route of minding) {
      const { code } = await askAs(route, undefined, claims)
      assert.equal(`${nameOf(route)} ${code}`, `${nameOf(route)} not-signed-in`)
    }
  })
})

test('what only services may ask is not there for the world, whoever asks', async () => {
  assert.ok(internalRoutes.length >= 8)
  for (const route of internalRoutes) {
    const path = route.path.replace(/:\w+/g, world.orderId)
    for (const token of [undefined, people.staff]) {
      const response = await fetch(shop.url + path, {
        method: route.method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        body: route.method === 'GET' ? undefined : '{}',
      })
      assert.equal(`${nameOf(route)} ${response.status}`, `${nameOf(route)} 404`)
    }
  }
})

describe('A’s things', () => {
  test('B’s lists hold nothing of A', async () => {
    // All sessions were ended above.
    const b = await shop.signIn('b@example.com', 'long-enough-for-a-test')
    for (const path of ['/v1/orders', '/v1/me/addresses', '/v1/me/sessions']) {
      const { status, body } = await shop.ask('GET', path, { bearer: b })
      assert.equal(status, 200)
      const told = JSON.stringify(body)
      for (const secret of [world.orderId, world.addressId, world.sessionId, 'a@example.com'])
        assert.ok(!told.includes(secret), `${path} tells ${secret}`)
    }
  })

  test('B cannot watch A’s order live, nor with a wrong key', async () => {
    const b = await shop.signIn('b@example.com', 'long-enough-for-a-test')
    const headers: Record<string, string>[] = [
      { authorization: `Bearer ${b}` },
      { authorization: `Bearer ${b}`, 'order-key': 'x'.repeat(43) },
      {},
    ]
    for (const some of headers) {
      const response = await fetch(`${shop.url}/v1/orders/${world.orderId}/events`, {
        headers: { accept: 'text/event-stream', ...some },
      })
      assert.equal(response.status, 404)
      await response.body?.cancel()
    }
  })

  test('the key of one order opens no other', async () => {
    const { body } = await shop.buy({ lines: [{ sku: 'THING', quantity: 1 }] })
    const headers = { 'order-key': body.accessKey as string }
    assert.equal((await shop.ask('GET', `/v1/orders/${body.id}`, { headers })).status, 200)
    assert.equal((await shop.ask('GET', `/v1/orders/${world.orderId}`, { headers })).status, 404)
  })

  test('B cannot take A’s order id, and is told nothing of it', async () => {
    const cart = await shop.fillCart({ lines: [{ sku: 'THING', quantity: 1 }] })
    const { status, body } = await shop.checkOut(cart, { orderId: world.orderId })
    assert.equal(status, 409)
    assert.equal(body.code, 'order-id-taken')
    assert.ok(!JSON.stringify(body).includes('a@example.com'))
  })
})
