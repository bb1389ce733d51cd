// The headers of answers: each exactly once, on every route and however a request ends; HEAD as GET; what a status needs beside it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Route } from '@souk/contracts'
import { type RawAnswer, raw } from '../services/gateway/raw-http.ts'
import type { Shop } from './fixture.ts'
import { openPopulatedShop, type People } from './populated-shop.ts'
import { nameOf, publicRoutes, requestOf, sampleOf, type World } from './routes.ts'

let shop: Shop
let world: World
let people: People
before(async () => {
  const opened = await openPopulatedShop({ GATEWAY_CORS_ORIGINS: 'https://window.example' })
  shop = opened.shop
  world = opened.world
  people = opened.people
})
after(() => shop.stop())

interface Wish {
  method?: string
  token?: string
  headers?: Record<string, string>
  path?: string
}

async function ask(route: Route, wish: Wish = {}): Promise<RawAnswer> {
  const { path, init } = requestOf(route, sampleOf(route, world))
  const method = wish.method ?? route.method
  const body = method === route.method ? Buffer.from((init.body as string | undefined) ?? '') : Buffer.alloc(0)
  const headers = {
    host: new URL(shop.url).host,
    connection: 'close',
    ...init.headers,
    ...(body.length > 0 ? { 'content-length': String(body.length) } : {}),
    ...(wish.token ? { authorization: `Bearer ${wish.token}` } : {}),
    ...wish.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const answer = await raw(shop.url, `${method} ${wish.path ?? path} HTTP/1.1\r\n${lines.join('')}\r\n`, body)
  assertPlain(answer, `${method} ${route.path} ${JSON.stringify(wish.headers ?? {})}`)
  return answer
}

/** What holds for every answer. */
function assertPlain(answer: RawAnswer, about: string): void {
  const what = `${about}\n${answer.head}`
  for (const [name, values] of answer.headers)
    if (name !== 'set-cookie') assert.equal(values.length, 1, `${name} comes more than once: ${what}`)
  const one = (name: string) => answer.headers.get(name)?.[0]
  for (const name of ['x-request-id', 'x-content-type-options', 'content-security-policy', 'referrer-policy', 'vary'])
    assert.ok(one(name), `${name} is missing: ${what}`)
  if (answer.status !== 204) assert.ok(one('cache-control'), `cache-control is missing: ${what}`)
  if (answer.status === 401) assert.match(one('www-authenticate') ?? '', /^Bearer realm="souk"/, what)
  if (answer.status === 405) assert.ok(one('allow'), what)
  if (answer.status === 429 || answer.status === 503) assert.match(one('retry-after') ?? '', /^\d+$/, what)
  assert.doesNotMatch(one('vary') ?? '', /\*|(\b[\w-]+\b).*\b\1\b(?!-)/, 'vary names nothing twice')
}

const comparable = ({ status, headers }: RawAnswer) => {
  const own = [
    'date',
    'x-request-id',
    'connection',
    'keep-alive',
    'transfer-encoding',
    'set-cookie',
    'idempotent-replayed',
  ]
  return { status, headers: Object.fromEntries([...headers].filter(([name]) => !own.includes(name))) }
}
const isAuth = (route: Route) => route.path.endsWith('/*')

for (const route of publicRoutes.filter(({ session }) => session !== 'ends')) {
  test(`every header of ${nameOf(route)} comes once, however the request ends`, async () => {
    const token = route.access === 'staff' ? people.staff : people.a
    await ask(route)
    await ask(route, { token: 'this is not a token' })
    for (const origin of ['https://window.example', 'https://evil.example', 'null'])
      await ask(route, { headers: { origin } })
    await ask(route, { token })
    await ask(route, { token, headers: { 'content-encoding': 'gzip' } })
    await ask(route, { method: 'TRACE' })
    await ask(route, { path: `${route.path}/` })
    const options = await ask(route, { method: 'OPTIONS' })
    const allowed = options.headers.get('allow')?.[0]?.split(', ') ?? []
    assert.ok(allowed.includes(route.method), allowed.join())
    for (const method of ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].filter(
      (it) => it !== route.method,
    )) {
      if (allowed.includes(method)) continue
      const refused = await ask(route, { method, token })
      assert.deepEqual([refused.status, refused.headers.get('allow')?.[0]], [405, allowed.join(', ')], method)
    }
    if (route.method !== 'GET') return
    assert.ok(allowed.includes('HEAD') && allowed.includes('OPTIONS'))
    for (const headers of [{}, { 'accept-encoding': 'br' }, { 'if-none-match': '*' }, { range: 'bytes=0-1' }] as Record<
      string,
      string
    >[]) {
      // What is listed may change between the two, so they get a second and a third try.
      for (let tries = 1; ; tries += 1) {
        const [get, head] = [await ask(route, { token, headers }), await ask(route, { method: 'HEAD', token, headers })]
        assert.equal(head.body, '')
        if (isAuth(route)) break
        if (tries < 3 && !isDeepStrictEqual(comparable(head), comparable(get))) continue
        assert.deepEqual(comparable(head), comparable(get), `HEAD as GET ${JSON.stringify(headers)}`)
        break
      }
    }
  })
}

test('a product’s tag tells whether it has changed, to readers and to those who change it', async () => {
  const send = async (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
    fetch(shop.url + path, {
      method,
      headers: {
        authorization: `Bearer ${people.staff}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...headers,
      },
      body: body && JSON.stringify(body),
    })
  const made = await send(
    'POST',
    '/v1/products',
    {},
    {
      slug: 'tagged',
      status: 'published',
      title: 'Tagged',
      description: 'Long. '.repeat(500),
      variants: [{ sku: 'TAGGED', prices: [{ amount: 100, currency: 'EUR' }] }],
    },
  )
  const { id } = (await made.json()) as { id: string }
  const paths = ['/v1/products/tagged', '/v1/products/tagged?currency=USD', `/v1/catalogue/${id}`]
  const tagOf = async (path: string, headers = {}) => (await send('GET', path, headers)).headers.get('etag') as string
  let last = made.headers.get('etag') as string
  for (const [n, path] of paths.entries()) {
    for (const coding of ['identity', 'gzip', 'br']) {
      const headers = { 'accept-encoding': coding }
      const tag = await tagOf(path, headers)
      assert.match(tag, /^"\d+-[^"]+"$/, path)
      assert.equal((await send('GET', path, { ...headers, 'if-none-match': tag })).status, 304, path)
      const change = (title: string, ifMatch: string) =>
        send('PATCH', `/v1/products/${id}`, { 'if-match': ifMatch }, { title })
      const changed = await change(`Tagged ${n} ${coding}`, tag)
      assert.equal(changed.status, 200)
      const late = await change('Overwritten', tag)
      assert.deepEqual([late.status, ((await late.json()) as { code: string }).code], [412, 'version-conflict'])
      assert.equal((await send('GET', path, { ...headers, 'if-none-match': tag })).status, 200, 'It has changed.')
      assert.notEqual(changed.headers.get('etag'), last)
      last = changed.headers.get('etag') as string
    }
  }
  assert.equal(await tagOf(`/v1/catalogue/${id}`), last, 'The answer to a change has the tag of the read that follows.')
  assert.equal((await send('DELETE', `/v1/products/${id}`, { 'if-match': '"1"' })).status, 412)
  assert.equal((await send('DELETE', `/v1/products/${id}`, { 'if-match': last })).status, 204)
})
