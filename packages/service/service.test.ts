// The house itself: a small shop of two services, asked from outside.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { defineApi, Shape } from '@souk/contracts'
import { StockLow } from '@souk/contracts/inventory'
import type { Sql } from '@souk/postgres'
import { Type } from 'typebox'
import { anonymous, customer, refusalOf, staff, startForTest, type TestShop } from './fixture.ts'
import { type ContextFor, defineService, handle, handleOnce, on, refuse } from './index.ts'

const api = defineApi('inventory', 'A counter.', {
  add: {
    method: 'POST',
    path: '/v1/counters/:name',
    access: 'customer',
    summary: 'Add',
    idempotencyKey: true,
    status: 201,
    params: Shape({ name: Type.String() }),
    body: Shape({
      by: Type.Integer({ minimum: 1 }),
      note: Type.Optional(Shape({ a: Type.Integer(), b: Type.Array(Type.Integer()) })),
    }),
    reply: Shape({ total: Type.Integer() }),
    refusals: { 'too-many': 409 },
  },
  note: {
    method: 'POST',
    path: '/v1/counters/:name/notes',
    access: 'customer',
    summary: 'Add one',
    idempotencyKey: 'optional',
    params: Shape({ name: Type.String() }),
    reply: Shape({ total: Type.Integer() }),
  },
  read: {
    method: 'GET',
    path: '/v1/counters/:name',
    access: 'anyone',
    summary: 'Read',
    params: Shape({ name: Type.String() }),
    query: Shape({ limit: Type.Optional(Type.Integer()), tag: Type.Optional(Type.Array(Type.String())) }),
    reply: Shape({ total: Type.Integer() }),
  },
})
type Context = ContextFor<Record<string, never>, Record<string, never>, undefined>
const migrations = mkdtempSync(join(tmpdir(), 'souk-migrations-'))
writeFileSync(
  join(migrations, '001-counter.sql'),
  'create table counter (name text primary key, total bigint not null); create table heard (sku text)',
)

async function addTo(name: string, by: number, sql: Sql): Promise<number> {
  const [row] = await sql<{ total: number }>`
    insert into counter (name, total) values (${name}, ${by})
    on conflict (name) do update set total = counter.total + excluded.total
    returning total`
  return row?.total ?? 0
}

const counters = defineService({
  name: 'inventory',
  api,
  settings: {},
  calls: {},
  migrations,
  routes: {
    add: handleOnce(api.routes.add, async ({ params, body }, _context: Context, { sql, send }) => {
      if (body.by > 100) refuse(api.routes.add, 'too-many', 'At most 100.')
      const total = await addTo(params.name, body.by, sql)
      send(StockLow({ sku: params.name, available: total }))
      if (params.name === 'slow') await sql`select pg_sleep(0.2)`
      return { total, hidden: 'never leaves' }
    }),
    note: handleOnce(api.routes.note, async ({ params }, _context: Context, { sql }) => ({
      total: await addTo(params.name, 1, sql),
    })),
    read: handle(api.routes.read, async ({ params }, { sql }: Context) => {
      const [row] = await sql<{ total: number }>`select total from counter where name = ${params.name}`
      return row ?? refuse(api.routes.read, 'not-found', 'There is no such counter.')
    }),
  },
  reacts: [
    on([StockLow], async ({ sku, available }, { sql }, _context: Context) => {
      if (available === 13) throw new Error('Thirteen is unlucky.')
      await sql`insert into heard (sku) values (${sku})`
    }),
  ],
})

let shop: TestShop
before(async () => {
  shop = await startForTest([counters])
})
after(() => shop.stop())
const key = () => ({ 'idempotency-key': randomUUID() })

test('a keyed request takes effect once and answers the same again', async () => {
  const headers = key()
  const ask = () =>
    shop.request(
      api.routes.add,
      { params: { name: 'a' }, body: { by: 2 }, headers },
      customer('11111111-1111-4111-8111-111111111111'),
    )
  const [first, second] = [await ask(), await ask()]
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.deepEqual(first.body, { total: 2 })
  assert.equal(second.headers['idempotent-replayed'], 'true')
  assert.deepEqual(second.body, first.body)
  const other = await shop.request(
    api.routes.add,
    { params: { name: 'a' }, body: { by: 3 }, headers },
    customer('11111111-1111-4111-8111-111111111111'),
  )
  assert.equal((other.body as { code: string }).code, 'idempotency-key-reused')
})

test('a key of a request that has not finished is refused, and nothing happens twice', async () => {
  const headers = key()
  const ask = () => shop.request(api.routes.add, { params: { name: 'slow' }, body: { by: 1 }, headers }, staff)
  const answers = await Promise.all(Array.from({ length: 12 }, ask))
  const codes = answers.map(({ status, body }) => `${status} ${(body as { code?: string }).code ?? ''}`)
  assert.ok(codes.includes('201 ') && codes.includes('409 idempotency-in-flight'), codes.join())
  assert.ok(
    codes.every((code) => ['201 ', '409 idempotency-in-flight'].includes(code)),
    codes.join(),
  )
  assert.deepEqual((await ask()).body, { total: 1 })
})

test('a repeated request is the same one whatever the order of its fields', async () => {
  const headers = key()
  const ask = (body: string) => shop.request(api.routes.add, { params: { name: 'order' }, body, headers }, staff)
  assert.equal((await ask('{"by":1,"note":{"a":1,"b":[1,2]}}')).status, 201)
  assert.equal((await ask('{ "note": { "b": [1, 2], "a": 1 }, "by": 1 }')).status, 201)
  assert.equal((await ask('{"by":1,"note":{"a":1,"b":[2,1]}}')).status, 422)
})

test('where a key is optional, a request without one takes effect each time', async () => {
  const ask = (headers = {}) => shop.request(api.routes.note, { params: { name: 'free' }, headers }, staff)
  const headers = key()
  assert.deepEqual((await ask()).body, { total: 1 })
  assert.deepEqual((await ask()).body, { total: 2 })
  assert.deepEqual((await ask(headers)).body, { total: 3 })
  assert.deepEqual((await ask(headers)).body, { total: 3 })
})

test('who may not call is told so', async () => {
  assert.equal(
    (await refusalOf(shop.as(api, anonymous).add({ params: { name: 'b' }, body: { by: 1 }, headers: key() }))).code,
    'not-signed-in',
  )
  assert.equal((await shop.as(api, staff).add({ params: { name: 'b' }, body: { by: 1 }, headers: key() })).total, 1)
})

test('what a contract does not know never enters', async () => {
  for (const body of [
    { by: 1, more: 1 },
    { by: '1' },
    { by: 0 },
    [],
    null,
    'text',
    '{"by":1,"__proto__":{"x":1}}',
    '{',
    '{"by":"\\u0000"}',
  ]) {
    const answer = await shop.request(
      api.routes.add,
      { params: { name: 'c' }, body: body === null ? 'null' : body, headers: key() },
      staff,
    )
    assert.equal(answer.status, 400, JSON.stringify(body))
  }
  const half = await shop.request(
    api.routes.add,
    { params: { name: 'c' }, body: '{"by":"\\ud800"}', headers: key() },
    staff,
  )
  assert.match((half.body as { detail: string }).detail, /half a character/)
  for (const query of ['limit=x', 'limit=1&limit=2', 'other=1', 'limit=%00']) {
    assert.equal((await shop.request(api.routes.read, { params: { name: 'a' }, query })).status, 400, query)
  }
  assert.equal(
    (await shop.request(api.routes.read, { params: { name: 'a' }, query: 'limit=1&tag=x&tag=y' })).status,
    200,
  )
})

test('a message is reacted to once; a failing one waits aside while others flow', async () => {
  const client = shop.as(api, staff)
  await client.add({ params: { name: 'unlucky' }, body: { by: 13 }, headers: key() })
  await client.add({ params: { name: 'unlucky' }, body: { by: 1 }, headers: key() })
  await client.add({ params: { name: 'lucky' }, body: { by: 7 }, headers: key() })
  await shop.settle()
  const { sql } = shop.database('inventory')
  const heard = await sql<{ sku: string }>`select sku from heard where sku in ('lucky', 'unlucky') order by sku`
  assert.deepEqual(
    heard.map((row) => row.sku),
    ['lucky', 'unlucky'],
  )
  const dead = await sql<{ status: string; attempts: number }>`select status, attempts from dead_letter`
  assert.deepEqual(dead, [{ status: 'dead', attempts: 4 }])
})
