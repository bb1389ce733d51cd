// The files of a new service, as text: the smallest service that has a route that reads, a route that writes, a message and a table.

/** The names that a service's own name leads to: `shipping` → shippingApi, ShippingEntry, EntryAdded. */
export function namesFor(name: string) {
  const Name = `${name[0]?.toUpperCase()}${name.slice(1)}`
  return { Name, api: `${name}Api`, Entry: `${Name}Entry`, table: `${name}_entry`, Context: `${Name}Context` }
}

/** Path in the project → text. */
export function filesOfService(name: string): [string, string][] {
  const own = (file: string) => `services/${name}/${file}`
  return [
    [`packages/contracts/${name}.ts`, contract(name)],
    [own('package.json'), manifest(name)],
    [own('service.ts'), service(name)],
    [own('context.ts'), context(name)],
    [own(`migrations/001-${name}.sql`), migration(name)],
    [own('entries.ts'), story(name)],
    [own(`${name}.test.ts`), test(name)],
  ]
}

function contract(name: string) {
  const { api, Entry } = namesFor(name)
  return `// What the ${name} service promises: a list of entries that staff add to.
import { Type } from 'typebox'
import { Id, Time } from './basics.ts'
import { defineApi, message, Shape } from './define.ts'
import { Line } from './text.ts'

export const ${Entry} = Shape({ id: Id, title: Type.String(), createdAt: Time })

export const ${api} = defineApi('${name}', 'Say here what ${name} is for.', {
  list: {
    method: 'GET',
    path: '/v1/${name}',
    access: 'anyone',
    summary: 'List the newest entries',
    reply: Shape({ items: Type.Array(${Entry}) }),
  },
  add: {
    method: 'POST',
    path: '/v1/${name}',
    access: 'staff',
    summary: 'Add an entry',
    idempotencyKey: true,
    status: 201,
    body: Shape({ title: Line({ minLength: 1, maxLength: 200 }) }),
    reply: ${Entry},
  },
})

export const EntryAdded = message('${name}.entry-added', 'entryId', 'Somebody added an entry.', {
  entryId: Id,
  title: Type.String(),
})
`
}

function manifest(name: string) {
  const ours = ['contracts', 'postgres', 'service']
  const text = {
    name: `@souk/${name}`,
    version: '0.1.0',
    private: true,
    license: 'MIT',
    type: 'module',
    exports: { '.': './service.ts', './*': './*.ts' },
    dependencies: Object.fromEntries(ours.map((one) => [`@souk/${one}`, '0.1.0'])),
  }
  return `${JSON.stringify(text, null, 2)}\n`
}

function service(name: string) {
  const { api } = namesFor(name)
  return `// Everything the ${name} service does, on one page.
import { join } from 'node:path'
import { ${api} } from '@souk/contracts/${name}'
import { defineService } from '@souk/service'
import { calls, settings } from './context.ts'
import { add, list } from './entries.ts'

export const ${name} = defineService({
  name: '${name}',
  api: ${api},
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  routes: { list, add },
})
`
}

function context(name: string) {
  const { Context } = namesFor(name)
  return `// The settings of the ${name} service and the context that its stories receive.
import { type ContextFor, integer } from '@souk/service'

export const settings = {
  listedEntries: integer('how many entries a list shows', 50, { min: 1, max: 500 }),
}
/** Contracts of the services that this one calls. */
export const calls = {}
export type ${Context} = ContextFor<typeof settings, typeof calls, undefined>
`
}

function migration(name: string) {
  const { table } = namesFor(name)
  return `-- What staff added. The ids are UUIDs of version 7, so they sort by time.
create table ${table} (
  id uuid primary key,
  title text not null,
  created_at timestamptz not null
);
`
}

function story(name: string) {
  const { api, Context, table } = namesFor(name)
  return `// GET and POST /v1/${name}. Staff add an entry, and everybody reads the newest ones.
import { randomUUIDv7 } from 'node:crypto'
import { ${api}, EntryAdded } from '@souk/contracts/${name}'
import { handle, handleOnce } from '@souk/service'
import type { ${Context} } from './context.ts'

const { routes } = ${api}

interface EntryRow {
  id: string
  title: string
  createdAt: string
}

export const list = handle(routes.list, async (_request, { sql, settings }: ${Context}) => ({
  items: await sql<EntryRow>\`
    select id, title, created_at
    from ${table}
    order by id desc
    limit \${settings.listedEntries}\`,
}))

export const add = handleOnce(routes.add, async ({ body }, { now }: ${Context}, { sql, send }) => {
  const entry = { id: randomUUIDv7(), title: body.title, createdAt: now().toISOString() }
  await sql\`insert into ${table} (id, title, created_at) values (\${entry.id}, \${entry.title}, \${entry.createdAt})\`
  send(EntryAdded({ entryId: entry.id, title: entry.title }))
  return entry
})
`
}

function test(name: string) {
  const { api } = namesFor(name)
  return `// The ${name} service from outside: requests in; replies and messages out.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { ${api}, EntryAdded } from '@souk/contracts/${name}'
import { anonymous, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { ${name} } from './service.ts'

let shop: TestShop
before(async () => {
  shop = await startForTest([${name}])
})
after(() => shop.stop())

test('staff add an entry once, everybody reads it, and a message tells of it', async () => {
  const request = { body: { title: 'First' }, headers: { 'idempotency-key': randomUUID() } }
  const entry = await shop.as(${api}, staff).add(request)
  assert.deepEqual(await shop.as(${api}, staff).add(request), entry)
  assert.deepEqual(await shop.as(${api}, anonymous).list({}), { items: [entry] })
  await shop.settle()
  assert.deepEqual(shop.messages(EntryAdded.type), [{ entryId: entry.id, title: 'First' }])
})
`
}
