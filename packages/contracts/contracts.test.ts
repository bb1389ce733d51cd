// No published promise is broken. When one must be: add a new route or message beside the old one, let everybody move, and
// publish what is then true with `npm run publish-contracts`.
import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allMessages, allRoutes } from './apis.ts'
import { brokenPromises, type Published, todaysContracts } from './compatibility.ts'

const published: Published = JSON.parse(readFileSync(join(import.meta.dirname, 'published.json'), 'utf8'))

test('every published promise is kept', () => {
  const breaks = brokenPromises(published, todaysContracts())
  const told = breaks.map(({ of, what }) => `${of}: ${what} (relied on by ${consumersOf(of).join(', ')})`)
  assert.deepEqual(told, [], 'Published promises are broken. See the beginning of this test.')
})

test('what is new may be added, what was promised may not go', () => {
  const changed = (change: (contracts: Published) => void) => {
    const now = structuredClone(published)
    change(now)
    return brokenPromises(published, now).map(({ of, what }) => `${of}: ${what}`)
  }
  // biome-ignore lint/suspicious/noExplicitAny: this test breaks schemas wherever it likes.
  const route = (contracts: Published, name: string) => contracts.routes[name] as any
  // biome-ignore lint/suspicious/noExplicitAny: this test breaks schemas wherever it likes.
  const data = (contracts: Published, type: string) => contracts.messages[type]?.schema as any
  const text = { type: 'string' }

  const harmless = changed((now) => {
    route(now, 'products.read').reply.properties.color = text
    route(now, 'products.list').query.properties.color = text
    route(now, 'orders.checkout').refusals['too-late'] = 409
    route(now, 'users.changeMe').body.properties.name.type = ['string', 'null']
    route(now, 'products.list').query.properties.sort.enum.push('color')
    data(now, 'orders.order-placed').properties.note = text
    now.routes['orders.another'] = route(now, 'orders.list')
  })
  assert.deepEqual(harmless, [])

  const cases: [string, (now: Published) => void][] = [
    ['orders.cancel: is gone', (now) => delete now.routes['orders.cancel']],
    [
      'products.read: reply.variants[].price is gone',
      (now) => delete route(now, 'products.read').reply.properties.variants.items.properties.price,
    ],
    ['products.read: reply.title may be missing', (now) => remove(route(now, 'products.read').reply.required, 'title')],
    [
      'products.read: reply.version was integer and is string',
      (now) => (route(now, 'products.read').reply.properties.version = text),
    ],
    [
      'orders.checkout: body.note became required',
      (now) => {
        route(now, 'orders.checkout').body.properties.note = text
        route(now, 'orders.checkout').body.required.push('note')
      },
    ],
    [
      'products.list: query.sort no longer takes "title"',
      (now) => remove(route(now, 'products.list').query.properties.sort.enum, 'title'),
    ],
    [
      'products.list: query.q takes less: maxLength 10',
      (now) => (route(now, 'products.list').query.properties.q.maxLength = 10),
    ],
    [
      'users.changeAddress: body.company can no longer be unset',
      (now) => (route(now, 'users.changeAddress').body.properties.company = { ...text, maxLength: 120 }),
    ],
    ['orders.checkout: answered 201 and answers 200', (now) => (route(now, 'orders.checkout').statuses = [200])],
    [
      'orders.checkout: no longer refuses with out-of-stock',
      (now) => delete route(now, 'orders.checkout').refusals['out-of-stock'],
    ],
    [
      'orders.checkout: refuses with price-changed as 422, not 409',
      (now) => (route(now, 'orders.checkout').refusals['price-changed'] = 422),
    ],
    ['orders.read: may no longer be called by all who could', (now) => (route(now, 'orders.read').access = 'staff')],
    [
      'inventory.reserve: may no longer be called by all who could',
      (now) => (route(now, 'inventory.reserve').access = { services: ['payments'] }),
    ],
    ['users.changeMe: was PATCH /v1/me and is PUT /v1/me', (now) => (route(now, 'users.changeMe').method = 'PUT')],
    ['orders.order-placed: data.lines is gone', (now) => delete data(now, 'orders.order-placed').properties.lines],
    [
      'orders.order-placed: data.note became required: messages on their way lack it',
      (now) => {
        data(now, 'orders.order-placed').properties.note = text
        data(now, 'orders.order-placed').required.push('note')
      },
    ],
    [
      'orders.order-placed: has another key: number, not orderId',
      (now) => ((now.messages['orders.order-placed'] as { keyField: string }).keyField = 'number'),
    ],
  ]
  for (const [sentence, change] of cases) assert.deepEqual(changed(change), [sentence])
})

test('what routes say for the gateway names things that exist', () => {
  for (const route of allRoutes) {
    const name = `${route.service}.${route.name}`
    const params = Object.keys(route.params?.properties ?? {})
    for (const type of route.live?.messages ?? []) assert.ok(allMessages.has(type), `${name}: ${type}`)
    if (route.live) assert.ok(params.includes(route.live.param), name)
    if (route.orderIdParam) assert.ok(params.includes(route.orderIdParam), name)
    if (route.cache) assert.deepEqual([route.method, route.access], ['GET', 'anyone'], name)
    const isGuessable = route.rateLimit?.class === 'credentials'
    assert.equal(route.rateLimit?.paths !== undefined, isGuessable && route.path.endsWith('/*'), name)
    assert.equal(route.rest !== undefined, route.path.endsWith('*'), name)
  }
})

test('every currency in a request must be one of ISO 4217', () => {
  const found: string[] = []
  const walk = (schema: unknown, path: string) => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [name, inner] of Object.entries(schema)) {
      if (name === 'currency' && path.endsWith('properties')) {
        assert.equal((inner as Record<string, unknown>)['x-currency'], true, path)
        found.push(path)
      }
      walk(inner, `${path}.${name}`)
    }
  }
  for (const { service, name, query, body } of allRoutes) walk({ query, body }, `${service}.${name}`)
  assert.ok(found.length >= 10, `${found.length} currencies`)
})

test('those who rely on a promise are named', () => {
  assert.deepEqual(consumersOf('inventory.reserve'), ['orders'])
  assert.deepEqual(consumersOf('orders.read'), ['clients'])
  assert.ok(consumersOf('products.product-changed').includes('gateway'))
})

function remove(list: string[], word: string) {
  list.splice(list.indexOf(word), 1)
}

/** Services that call a route or speak of a message; clients for what is public. */
function consumersOf(of: string): string[] {
  const access = published.routes[of]?.access
  if (typeof access === 'object') return [...access.services]
  if (access) return ['clients']
  const [author = '', words = ''] = of.split('.')
  const name = new RegExp(`\\b${words.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase())}\\b`)
  const services = join(import.meta.dirname, '../../services')
  const found = readdirSync(services, { withFileTypes: true })
    .filter((one) => one.isDirectory() && one.name !== author)
    .filter(({ name: folder }) => sourcesIn(join(services, folder)).some((source) => name.test(source)))
  return found.length > 0 ? found.map((one) => one.name) : ['nobody yet']
}
function sourcesIn(folder: string): string[] {
  return globSync('**/*.ts', { cwd: folder, exclude: ['**/node_modules'] })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
}
