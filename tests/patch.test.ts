// What a PATCH does, field by field, over all routes: a value sets it, leaving it out keeps it, and null unsets it or is refused.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Route } from '@souk/contracts'
import type { Shop } from './fixture.ts'
import { openPopulatedShop, type People } from './populated-shop.ts'
import { nameOf, publicRoutes, requestOf, sampleOf, type World } from './routes.ts'

let shop: Shop
let world: World
let people: People
before(async () => {
  const opened = await openPopulatedShop()
  shop = opened.shop
  world = opened.world
  people = opened.people
  const body = { slug: 'hall', title: 'Hall' }
  assert.equal((await shop.ask('POST', '/v1/categories', { body, bearer: people.staff })).status, 201)
})
after(() => shop.stop())

interface Field {
  value: unknown
  /** What the reply shows in place of the field of this name. */
  shown?: (reply: Record<string, unknown>) => unknown
  /** What the reply shows after null; without it, null is refused. */
  unset?: unknown
  /** Other fields that go along with the value, and with null. */
  besides?: object
  besidesNull?: object
}
const nothing = 'nothing'
const variant = { sku: 'THING', prices: [{ amount: 1_000, currency: 'EUR' }], weightGrams: 500 }

/** By `service.route`. Gibraltar's addresses need neither city nor region nor postal code. */
const routes: Record<string, { fields: Record<string, Field>; first?: object }> = {
  'users.changeMe': { fields: { name: { value: 'Zoë' } } },
  'users.changeAddress': {
    first: { country: 'GI', postalCode: 'GX11 1AA' },
    fields: {
      name: { value: 'Zoë' },
      company: { value: 'Souk', unset: nothing },
      line1: { value: '1 Main Street' },
      line2: { value: 'Flat 2', unset: nothing },
      city: { value: 'Gibraltar', unset: '' },
      region: { value: 'South', unset: nothing },
      postalCode: { value: 'GX11 1AA', unset: '' },
      country: { value: 'GI' },
      phone: { value: '+35020012345', unset: nothing },
      isDefault: { value: true },
    },
  },
  'products.change': {
    fields: {
      slug: { value: 'a-better-thing' },
      title: { value: 'A better thing' },
      description: { value: 'Two\nlines', unset: '' },
      status: { value: 'published' },
      categorySlug: {
        value: 'things',
        unset: nothing,
        shown: ({ category }) => (category as { slug: string } | undefined)?.slug ?? nothing,
      },
      attributes: { value: { material: 'clay' }, unset: {} },
      legal: { value: { warnings: 'Hot' }, unset: nothing },
      keywords: { value: ['gift'], unset: nothing },
      translations: { value: { de: { title: 'Ding' } }, unset: nothing },
      options: {
        value: [{ name: 'Size', values: ['M'] }],
        unset: [],
        besides: { variants: [{ ...variant, options: { Size: 'M' } }] },
        besidesNull: { variants: [variant] },
      },
      variants: {
        value: [{ ...variant, options: { Size: 'M' } }],
        besides: { options: [{ name: 'Size', values: ['M'] }] },
        shown: ({ variants }) =>
          (variants as (typeof variant & { options: object })[]).map(({ sku, prices, weightGrams, options }) => ({
            sku,
            prices,
            weightGrams,
            options,
          })),
      },
    },
  },
  'products.changeCategory': {
    fields: {
      slug: { value: 'better-things' },
      title: { value: 'Better things' },
      description: { value: 'Two\nlines', unset: '' },
      parentSlug: { value: 'hall', unset: nothing },
      position: { value: 7, unset: 0 },
      translations: { value: { de: { title: 'Halle' } }, unset: nothing },
    },
  },
  'payments.switchSimulator': {
    fields: {
      webhooks: { value: 'duplicate' },
      webhookDelayMs: { value: 1 },
      latencyMs: { value: 1 },
      outage: { value: 'none' },
    },
  },
}

const patches = publicRoutes.filter((route) => route.method === 'PATCH')
type Reply = Record<string, unknown>

async function patch(route: Route, body: object): Promise<{ status: number; reply: Reply }> {
  const { path, init } = requestOf(route, { ...sampleOf(route, world), body })
  const token = route.access === 'staff' ? people.staff : people.a
  const response = await fetch(shop.url + path, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
  })
  return { status: response.status, reply: (await response.json()) as Reply }
}
async function patched(route: Route, body: object): Promise<Reply> {
  const { status, reply } = await patch(route, body)
  assert.equal(status, 200, `${nameOf(route)} ${JSON.stringify(body)}: ${JSON.stringify(reply)}`)
  return reply
}

describe('PATCH', () => {
  for (const route of patches) {
    test(`${route.path} sets, keeps and unsets each of its fields`, async () => {
      const { fields, first } = routes[nameOf(route)] ?? assert.fail(`Add ${nameOf(route)} to this test.`)
      const properties = (route.body as unknown as { properties: Record<string, { type?: string | string[] }> })
        .properties
      assert.deepEqual(Object.keys(fields).sort(), Object.keys(properties).sort(), nameOf(route))
      const shownIn = (reply: Reply) =>
        Object.fromEntries(
          Object.entries(fields).map(([name, { shown }]) => [name, shown ? shown(reply) : (reply[name] ?? nothing)]),
        )

      if (first) await patched(route, first)
      const expected: Record<string, unknown> = {}
      for (const [name, { value, besides }] of Object.entries(fields)) {
        expected[name] = value
        assert.deepEqual(
          shownIn(await patched(route, { [name]: value, ...besides }))[name],
          value,
          `${nameOf(route)}.${name}`,
        )
      }
      for (const [name, { value, besides, unset, besidesNull }] of Object.entries(fields)) {
        const told = `${nameOf(route)}.${name}`
        assert.deepEqual(shownIn(await patched(route, { [name]: value, ...besides })), expected, told)
        assert.equal([properties[name]?.type].flat().includes('null'), unset !== undefined, told)
        if (unset === undefined) {
          const { status, reply } = await patch(route, { [name]: null })
          const [wrong] = (reply as { errors?: { path: string; message: string }[] }).errors ?? []
          assert.deepEqual([status, reply.code, wrong?.path], [400, 'invalid-request', name], told)
          assert.match(wrong?.message ?? '', /cannot be unset/, told)
          continue
        }
        const after = shownIn(await patched(route, { [name]: null, ...besidesNull }))
        const others = Object.keys(besidesNull ?? {})
        const kept = Object.entries(expected).map(([other, value]) => [
          other,
          others.includes(other) ? after[other] : value,
        ])
        assert.deepEqual(after, { ...Object.fromEntries(kept), [name]: unset }, told)
        assert.deepEqual(shownIn(await patched(route, { [name]: value, ...besides })), expected, told)
      }
      assert.equal((await patch(route, {})).status, 400)
    })
  }

  test('a part that the country needs cannot be unset', async () => {
    const route = patches.find((one) => nameOf(one) === 'users.changeAddress') as Route
    const { status, reply } = await patch(route, { country: 'DE', postalCode: null, city: null })
    const { errors } = reply as unknown as { errors: { path: string }[] }
    assert.deepEqual([status, errors.map(({ path }) => path)], [400, ['city', 'postalCode']])
  })

  test('every PATCH was tried, and is said to be one', () => {
    assert.deepEqual(patches.map(nameOf).sort(), Object.keys(routes).sort())
  })
})
