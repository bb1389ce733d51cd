// Public reads from the response cache: fresh, cheap, dropped when they are outdated.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Answer, Route } from '@souk/contracts'
import { CategoryChanged, productsApi } from '@souk/contracts/products'
import { identity, startGateway, type TestGateway } from '../fixture.ts'
import { type CachedRead, makeResponseCache } from './response-cache.ts'

let shop: TestGateway
let title: string
before(async () => {
  shop = await startGateway(
    {
      'products.list': () => ({ items: [card(title)] }),
      'products.listCategories': () => ({ items: [] }),
      'products.removeCategory': () => undefined,
      'inventory.availability': () => ({ items: [] }),
    },
    { GATEWAY_RATE_LIMIT: 'off' },
  )
})
after(() => shop.stop())
beforeEach(() => {
  title = randomUUID()
  shop.asked.clear()
})
const card = (text: string) => ({ id: randomUUID(), slug: 'tea-pot', title: text, priceFrom: false, variantCount: 1 })
const changed = () => shop.publish(CategoryChanged({ categoryId: randomUUID(), slug: 'a' }))
const asked = () => shop.asked.get('products.list') ?? 0

test('many readers cost one call, in whatever order they write their query', async () => {
  const q = randomUUID()
  const first = await shop.get(`/v1/products?q=${q}&limit=5`)
  const again = await Promise.all(
    [`q=${q}&limit=5`, `limit=5&q=${q}`, `q=${encodeURIComponent(q)}&limit=5`].map((query) =>
      shop.ask(`/v1/products?${query}`),
    ),
  )
  assert.equal(asked(), 1)
  assert.ok(again.every(({ body }) => (body.items as { title: string }[])[0]?.title === title))
  assert.equal(first.headers.get('cache-control'), 'public, max-age=0, must-revalidate')
  assert.match(first.headers.get('etag') ?? '', /^"[\w-]{27}"$/)
  assert.match(first.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(first.headers.get('x-content-type-options'), 'nosniff')
  assert.notEqual(again[0]?.headers.get('x-request-id'), again[1]?.headers.get('x-request-id'))
})

test('a client that has the answer already gets 304', async () => {
  const path = `/v1/products?q=${randomUUID()}`
  const etag = (await shop.get(path)).headers.get('etag') as string
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await shop.get(path, { headers: { 'if-none-match': known } })
    assert.equal(response.status, 304, known)
    assert.equal(response.headers.get('etag'), etag)
    assert.equal(await response.text(), '')
  }
  assert.equal((await shop.get(path, { headers: { 'if-none-match': '"other"' } })).status, 200)
  const head = await shop.get(path, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, etag, ''])
  assert.ok(Number(head.headers.get('content-length')) > 10)
})

test('a query on a route that takes none makes no further entry', async () => {
  shop.answers['storefront.info'] = () => Buffer.from('The terms.')
  for (const query of ['', '?x=1', '?x=2']) assert.equal((await shop.get(`/en/info/terms${query}`)).status, 200)
  assert.equal(shop.asked.get('storefront.info'), 1)
})

test('a page leaves out the fields of a query that it does not know', async () => {
  const queries: unknown[] = []
  shop.answers['storefront.search'] = ({ query }) => {
    queries.push(query)
    return Buffer.from('Found.')
  }
  for (const query of ['?q=tea', '?utm_source=a&q=tea', '?q=tea&gclid=b'])
    assert.equal((await shop.get(`/en/search${query}`)).status, 200)
  assert.deepEqual(JSON.stringify(queries), '[{"q":"tea"}]')
})

test('a change is seen by the next reader', async () => {
  const path = `/v1/products?q=${randomUUID()}`
  await shop.get(path)
  title = 'New'
  assert.doesNotMatch(await (await shop.get(path)).text(), /New/)
  await changed()
  assert.match(await (await shop.get(path)).text(), /New/)
})

test('after messages may have been lost, the next reader sees what is true now', async () => {
  const path = `/v1/products?q=${randomUUID()}`
  await shop.get(path)
  title = 'Changed in silence'
  assert.doesNotMatch(await (await shop.get(path)).text(), /silence/)
  shop.transport.loseMessages()
  assert.match(await (await shop.get(path)).text(), /silence/)
})

test('a client that changes something through this gateway sees it without waiting for a message', async () => {
  shop.sessions.set('staff', identity('staff'))
  const path = `/v1/products?q=${randomUUID()}`
  await shop.get(path)
  title = 'New'
  const headers = { authorization: 'Bearer staff' }
  assert.equal((await shop.get(`/v1/categories/${randomUUID()}`, { method: 'DELETE', headers })).status, 204)
  assert.match(await (await shop.get(path)).text(), /New/)
})

test('answers that depend on the caller, and errors, are not cached', async () => {
  assert.equal((await shop.get('/v1/me')).headers.get('cache-control'), 'no-store')
  const wrong = await shop.get('/v1/products?limit=1000')
  assert.deepEqual([wrong.status, wrong.headers.get('cache-control')], [400, 'no-store'])
  await shop.get('/v1/availability?sku=A')
  await shop.get('/v1/availability?sku=A')
  assert.equal(shop.asked.get('inventory.availability'), 2)
})

// From here on the cache alone, with a clock and a service that the test controls.
const bare = (more: { maxBytes?: number } = {}) => {
  const clock = { time: 0 }
  const cache = makeResponseCache({
    maxBytes: more.maxBytes ?? 1_000_000,
    headersOf: () => ({ headers: [], notModifiedHeaders: [] }),
    now: () => clock.time,
    random: () => 0.5,
  })
  const waiting: ((answer: Answer | Error) => void)[] = []
  const request = (query = ''): CachedRead => ({
    route: productsApi.routes.list as unknown as Route,
    rule: { seconds: 30, dropOn: ['products'] },
    params: {},
    query,
    fetch: () =>
      new Promise((resolve, reject) =>
        waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
  })
  const says = (text: string, status = 200) => ({ status, headers: {}, body: text })
  const answer = (it: Answer | Error) => waiting.shift()?.(it)
  const bodyOf = async (read: ReturnType<typeof cache.read>) => {
    const found = await read
    return 'response' in found ? `${found.from} ${found.response.body}` : `${found.answer.status}`
  }
  return { clock, cache, waiting, request, says, answer, bodyOf }
}

test('an answer that was fetched while something changed is sent once and not cached', async () => {
  const { cache, request, says, answer, bodyOf, waiting } = bare()
  const before = cache.read(request(), '/u')
  cache.drop('products')
  const after = cache.read(request(), '/u')
  assert.equal(waiting.length, 2, 'The later reader does not join the earlier fetch.')
  answer(says('old'))
  assert.equal(await bodyOf(before), 'miss old')
  assert.equal(cache.at('/u')?.key, undefined)
  answer(says('new'))
  assert.equal(await bodyOf(after), 'miss new')
  assert.equal(String(cache.at('/u')?.body), 'new')
})

test('a page that was made just after a change is made again when every gateway has heard of it', async () => {
  const { clock, cache, request, says, answer, bodyOf } = bare()
  const page = () =>
    cache.read({ ...request(), rule: { seconds: 5, dropOn: ['products'], isMadeOfAnswers: true } }, '/p')
  const answered = (text: string) => {
    const body = bodyOf(page())
    answer(says(text))
    return body
  }
  cache.drop('products')
  clock.time = 100
  assert.equal(
    await answered('of an answer that another gateway still had'),
    'miss of an answer that another gateway still had',
  )
  clock.time = 499
  assert.match(await bodyOf(page()), /^hit of an answer/)
  clock.time = 500
  assert.equal(await answered('new'), 'miss new', 'not even while it is made again is the former one sent')
  clock.time = 5_400
  assert.equal(await bodyOf(page()), 'hit new')
})

test('readers that ask at the same time share one fetch', async () => {
  const { cache, request, says, answer, bodyOf, waiting } = bare()
  const all = [1, 2, 3].map(() => bodyOf(cache.read(request())))
  assert.equal(waiting.length, 1)
  answer(says('one'))
  assert.deepEqual(await Promise.all(all), ['miss one', 'miss one', 'miss one'])
})

test('a stale answer is served while a new one is fetched, and not much longer', async () => {
  const { clock, cache, request, says, answer, bodyOf, waiting } = bare()
  const first = cache.read(request(), '/u')
  answer(says('old'))
  await first
  clock.time = 30_000
  assert.equal(cache.at('/u')?.key, undefined)
  assert.equal(await bodyOf(cache.read(request(), '/u')), 'stale old')
  assert.equal(waiting.length, 1)
  answer(says('new'))
  await new Promise(setImmediate)
  assert.equal(await bodyOf(cache.read(request(), '/u')), 'hit new')
  clock.time = 200_000
  const late = bodyOf(cache.read(request(), '/u'))
  answer(says('newer'))
  assert.equal(await late, 'miss newer')
})

test('while a service is down its stale answers are served for ten minutes, but never one that is no longer true', async () => {
  const { clock, cache, request, says, answer, bodyOf } = bare()
  const first = cache.read(request())
  answer(says('old'))
  await first
  clock.time = 300_000
  for (const trouble of [new Error('down'), says('{}', 503)]) {
    const read = bodyOf(cache.read(request()))
    answer(trouble)
    assert.equal(await read, 'stale old')
  }
  const gone = bodyOf(cache.read(request()))
  answer(says('{}', 404))
  assert.equal(await gone, '404')
  cache.drop('products')
  const overtaken = bodyOf(cache.read(request()))
  answer(says('{}', 503))
  assert.equal(await overtaken, '503')
})

test('the cache is bounded: the least recently used answers go first', async () => {
  const { cache, request, says, answer, waiting, bodyOf } = bare({ maxBytes: 40_000 })
  const ask = async (query: string, size: number) => {
    const read = cache.read(request(query), `/${query}`)
    if (waiting.length > 0) answer(says('x'.repeat(size)))
    return bodyOf(read)
  }
  for (let n = 0; n < 100; n += 1) {
    await ask('q=favorite', 1_000)
    await ask(`q=${n}`, 1_000)
    assert.ok(cache.bytes <= 40_000)
  }
  assert.match(await ask('q=favorite', 1_000), /^hit/)
  assert.equal(cache.at('/q=1')?.key, undefined)
  assert.match(await ask('q=huge', 30_000), /^miss/)
  assert.equal(cache.at('/q=huge')?.key, undefined)
})

test('an evicted answer is not held by the URLs under which it was found', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { cache, request, says, answer } = bare({ maxBytes: 400_000 })
  collect()
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 500; n += 1) {
    const read = cache.read(request(`q=${n}`), `/q=${n}`)
    answer(says('x'.repeat(40_000)))
    await read
  }
  for (let twice = 0; twice < 2; twice += 1) collect() // The second waits for the sweeping of the first.
  const held = process.memoryUsage().arrayBuffers - before
  assert.ok(held < 2_000_000, `${held} bytes are held`)
  assert.equal(cache.at('/q=499')?.body.length, 40_000)
})
