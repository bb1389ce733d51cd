// Compressed answers: public reads that are worth it, each with an entity tag of its own; nothing that holds a secret.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Answer, Route } from '@souk/contracts'
import { productsApi } from '@souk/contracts/products'
import { reply } from '@souk/service'
import { makeResponseCache } from '../cache/response-cache.ts'
import { identity, startGateway, type TestGateway } from '../fixture.ts'
import { type RawAnswer, raw } from '../raw-http.ts'

let shop: TestGateway
const card = (title: string) => ({ id: randomUUID(), slug: 'pot', title, priceFrom: false, variantCount: 1 })
const many = { items: Array.from({ length: 40 }, (_, n) => card(`Teapot ${n}`)) }
const picture = Buffer.alloc(20_000, 'a')
before(async () => {
  shop = await startGateway(
    {
      'products.list': () => many,
      'products.listCategories': () => ({ items: [] }),
      'products.listAll': () => ({ items: [] }),
      'products.readPicture': () => reply(200, picture, { 'content-type': 'image/webp', etag: '"a-picture"' }),
      'inventory.availability': () => ({
        items: Array.from({ length: 100 }, (_, n) => ({ sku: `SKU-${n}`, available: 1, status: 'in-stock' })),
      }),
      'orders.shippingMethods': () => ({ items: [] }),
      'orders.timeline': () => ({
        items: Array.from({ length: 50 }, () => ({ at: new Date().toISOString(), kind: 'paid', text: 'x'.repeat(50) })),
      }),
      'notifications.mailbox': () => reply(200, Buffer.alloc(5_000, 'a'), { 'content-type': 'text/html' }),
      'notifications.list': () => ({ items: [] }),
      'orders.readCart': () => reply(304, undefined as never, { etag: '"1-a"' }),
    },
    { GATEWAY_RATE_LIMIT: 'off' },
  )
  shop.sessions.set('staff', identity('staff'))
})
after(() => shop.stop())

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  raw(
    shop.url,
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  )
const one = (answer: RawAnswer, name: string) => answer.headers.get(name)?.[0]
const decoders = { br: brotliDecompressSync, gzip: gunzipSync }

for (const path of ['/v1/products?limit=40', `/v1/availability?sku=A`, '/docs', '/openapi.json', '/developers']) {
  test(`${path} is compressed for those who accept it, with a tag for each coding`, async () => {
    const plain = await ask(path)
    assert.deepEqual([plain.status, one(plain, 'content-encoding')], [200, undefined])
    const tags = [one(plain, 'etag')]
    for (const coding of ['br', 'gzip'] as const) {
      for (let twice = 0; twice < 2; twice += 1) {
        const encoded = await ask(path, { 'accept-encoding': coding })
        assert.equal(one(encoded, 'content-encoding'), coding)
        assert.match(one(encoded, 'vary') ?? '', /^accept-encoding$/)
        const bytes = Buffer.from(encoded.body, 'latin1')
        assert.equal(Number(one(encoded, 'content-length')), bytes.length)
        assert.ok(bytes.length < plain.body.length * 0.5)
        // The home page shows what is running now.
        if (path !== '/developers') assert.equal(decoders[coding](bytes).toString('latin1'), plain.body)
        const head = await ask(path, { 'accept-encoding': coding }, 'HEAD')
        assert.deepEqual([one(head, 'content-encoding'), head.body], [coding, ''])
        if (path === '/developers') continue
        assert.deepEqual(
          [one(head, 'content-length'), one(head, 'etag')],
          [one(encoded, 'content-length'), one(encoded, 'etag')],
        )
        const again = await ask(path, { 'accept-encoding': coding, 'if-none-match': one(encoded, 'etag') as string })
        assert.deepEqual([again.status, one(again, 'etag'), again.body], [304, one(encoded, 'etag'), ''])
        assert.deepEqual([one(again, 'vary'), one(again, 'content-encoding')], ['accept-encoding', undefined])
        if (twice === 0) tags.push(one(encoded, 'etag'))
      }
    }
    for (const tag of tags) assert.match(tag ?? '', /^"[!#-~]+"$/, 'a strong tag')
    assert.equal(new Set(tags).size, tags.length)
    assert.equal(one(await ask(path, { 'accept-encoding': 'br;q=0, identity' }), 'content-encoding'), undefined)
    if (path === '/developers') return
    const other = await ask(path, { 'accept-encoding': 'gzip', 'if-none-match': tags[1] as string })
    assert.equal(other.status, 200, 'Who has other bytes gets these.')
  })
}

test('what is small, encoded already, private or open is sent as it is', async () => {
  const everything = { 'accept-encoding': 'br, gzip', authorization: 'Bearer staff' }
  for (const [path, varies] of [
    ['/v1/categories', true],
    ['/v1/shipping-methods?country=DE', true],
    ['/v1/nothing', false],
    [`/v1/images/${randomUUID()}/original`, false],
    ['/v1/notifications', false],
    ['/mailbox', false],
    [`/v1/orders/${randomUUID()}/events`, false],
  ] as const) {
    const answer = await ask(path, everything)
    assert.equal(one(answer, 'content-encoding'), undefined, path)
    assert.equal(one(answer, 'vary')?.includes('accept-encoding') ?? false, varies, path)
  }
})

test('conditions of reads are met, whether the answer is cached or not', async () => {
  for (const path of [
    '/v1/products?limit=40',
    '/v1/availability?sku=A',
    `/v1/images/${randomUUID()}/original`,
    '/docs',
  ]) {
    const etag = one(await ask(path), 'etag') as string
    for (const method of ['GET', 'HEAD']) {
      const status = async (headers: Record<string, string>) => (await ask(path, headers, method)).status
      for (const known of [etag, `W/${etag}`, `"a", ${etag}`, '*'])
        assert.equal(await status({ 'if-none-match': known }), 304, path)
      for (const other of ['"a"', 'W/"a"', etag.slice(1, -1), '', `${etag}x`])
        assert.equal(await status({ 'if-none-match': other }), 200, `${path} ${other}`)
      for (const wanted of [etag, `"a", ${etag}`, '*']) assert.equal(await status({ 'if-match': wanted }), 200, path)
      for (const other of ['"a"', `W/${etag}`, 'a'])
        assert.equal(await status({ 'if-match': other }), 412, `${path} ${other}`)
      assert.equal(await status({ 'if-match': '"a"', 'if-none-match': etag }), 412, 'If-Match comes first.')
    }
    const refused = await ask(path, { 'if-match': '"a"' })
    assert.equal(JSON.parse(refused.body).code, 'precondition-failed')
  }
})

test('a service that says that nothing is new does not hide that If-Match names another version', async () => {
  for (const [wanted, status] of [
    ['"x"', 412],
    ['W/"1-a"', 412],
    ['"x", "1-a"', 304],
    ['*', 304],
  ] as const) {
    const answer = await ask(`/v1/carts/${randomUUID()}`, { 'if-match': wanted, 'if-none-match': '"1-a"' })
    assert.equal(answer.status, status, wanted)
  }
})

test('a cached answer is compressed once, and its codings count in the size of the cache', async () => {
  const cache = makeResponseCache({ maxBytes: 1_000_000, headersOf: () => ({ headers: [], notModifiedHeaders: [] }) })
  const text = JSON.stringify(many)
  const answer: Answer = { status: 200, headers: { 'content-type': 'application/json' }, body: text }
  const result = await cache.read(
    {
      route: productsApi.routes.list as unknown as Route,
      rule: { seconds: 30, dropOn: ['products'] },
      params: {},
      query: '',
      fetch: async () => answer,
    },
    '/u',
  )
  assert.ok('response' in result)
  const before = cache.bytes
  const all = await Promise.all([1, 2, 3].map(() => cache.encode(result.response, 'br')))
  assert.equal(new Set(all).size, 1)
  assert.equal(cache.at('/u')?.encoded.br, all[0])
  assert.equal(cache.bytes - before, all[0]?.body.length)
  const gzip = await cache.encode(result.response, 'gzip')
  assert.equal(cache.bytes - before, (all[0]?.body.length ?? 0) + gzip.body.length)
  assert.equal(gunzipSync(gzip.body).toString(), text)
  cache.drop('products')
  assert.equal(cache.at('/u'), undefined)
  const late = await cache.encode(result.response, 'gzip')
  assert.equal(late, gzip, 'Who is being answered still gets it.')
})
