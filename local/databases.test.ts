// Each service has its database and cannot reach another's; preparing them again changes nothing and costs little.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { memoryTransport } from '@souk/messaging'
import { makeLog, run, WrongSettings } from '@souk/service'
import { eventually } from '@souk/service/fixture'
import pg from 'pg'
import { allServices } from '../services/all-services.ts'
import { prepareDatabases, writeOut } from './databases.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { removeDataFolder } from './postgres-home.ts'
import { readSecrets, secretOf, storeSecrets } from './secrets.ts'

const dataFolder = mkdtempSync(join(tmpdir(), 'souk-databases-'))
chmodSync(dataFolder, 0o711)
let postgres: Postgres

before(async () => {
  postgres = await startPostgres({ dataFolder, port: 0, durable: false })
})
after(async () => {
  await postgres?.stop()
  removeDataFolder(dataFolder)
})

test('a service owns its database and can reach no other', async () => {
  const databases = await prepareDatabases(postgres, ['orders', 'payments'])
  const { url = '', ownerUrl = '' } = databases.orders ?? {}
  await ask(ownerUrl, 'create extension pg_trgm; create extension unaccent; create table mine (id int)')
  for (const role of [url, ownerUrl]) {
    for (const other of ['payments', 'postgres', 'template1'])
      await assert.rejects(ask(role.replace('/orders?', `/${other}?`), 'select 1'), { code: '42501' }, other)
  }
})

test('preparing again gives the same addresses and asks the database once', async (t) => {
  const names = ['users', 'products', 'inventory', 'orders', 'payments', 'notifications', 'bus']
  const first = await prepareDatabases(postgres, names)
  const query = t.mock.method(pg.Client.prototype, 'query')
  const begun = performance.now()
  assert.deepEqual(await prepareDatabases(postgres, names), first)
  t.diagnostic(`prepared again in ${Math.round(performance.now() - begun)} ms`)
  assert.equal(query.mock.callCount(), 1)
})

test('the role that runs a service works with its rows, and can change neither its schema nor what is only written to', async () => {
  const names = ['inventory', 'payments', 'orders', 'products']
  const databases = await prepareDatabases(postgres, names)
  await runOnce(databases, names)
  const as = (name: string) => (statement: string) => ask(databases[name]?.url ?? '', statement)
  const refused = async (name: string, statement: string) =>
    assert.rejects(as(name)(statement), { code: '42501' }, `${name}: ${statement}`)
  for (const [name, table] of Object.entries({
    inventory: 'stock',
    payments: 'payment',
    orders: 'cart',
    products: 'product',
  })) {
    await as(name)(`delete from ${table}`)
    await as(name)('select keep_message_tables()')
    for (const statement of [
      'create table mine (id int)',
      'create temporary table mine (id int)',
      'create schema mine',
      `alter table ${table} add column more int`,
      `drop table ${table}`,
      `create index on ${table} (updated_at)`,
      `truncate ${table}`,
      'update migration set checksum = name',
      'delete from outbox_sent',
      'update outbox_sent set key = key',
      `delete from outbox_sent_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`,
      'delete from inbox',
      `select keep_days('outbox_sent', 'time', -1000)`,
      `create function mine() returns int language sql as 'select 1'`,
    ])
      await refused(name, statement)
  }
  for (const [name, table] of Object.entries({
    inventory: 'stock_movement',
    payments: 'ledger_transfer',
    orders: 'order_event',
  })) {
    await as(name)(`select * from ${table}`)
    for (const statement of [`update ${table} set at = at`, `delete from ${table}`, `truncate ${table}`])
      await refused(name, statement)
  }
})

test('a shop from before its second role keeps its rows, and its services go on with fewer rights', async () => {
  const names = ['users']
  const databases = await prepareDatabases(postgres, names)
  const owner = databases.users?.ownerUrl ?? ''
  // As it was: one role for everything.
  await runOnce({ users: { url: owner, ownerUrl: owner } }, names)
  await ask(owner, `insert into shop_user (id, email, name) values (uuidv7(), 'ada@example.com', 'Ada')`)
  await assert.rejects(ask(databases.users?.url ?? '', 'select * from shop_user'), { code: '42501' })
  await runOnce(databases, names)
  const changed = `update shop_user set name = 'Ada L.' where email = 'ada@example.com' returning name`
  assert.deepEqual(await ask(databases.users?.url ?? '', changed), [{ name: 'Ada L.' }])
  await assert.rejects(ask(databases.users?.url ?? '', 'drop table shop_user'), { code: '42501' })
})

test('a role that may not migrate says so, when there is something to migrate', async () => {
  const { notifications } = await prepareDatabases(postgres, ['notifications'])
  const url = notifications?.url ?? ''
  await assert.rejects(runOnce({ notifications: { url, ownerUrl: url } }, ['notifications']), (error: Error) => {
    assert.match(error.message, /^The database of notifications lacks migrations, .* Set NOTIFICATIONS_MIGRATIONS_URL /)
    return error instanceof WrongSettings
  })
})

/** Starts services as the shop does, with their migrations and jobs, and stops them. */
async function runOnce(databases: Record<string, { url: string; ownerUrl: string }>, names: string[]) {
  const urls = (kind: 'url' | 'ownerUrl') =>
    Object.fromEntries(Object.entries(databases).map(([name, its]) => [name, its[kind]]))
  const running = await run({
    services: allServices.filter(({ name }) => names.includes(name)),
    env: { PAYMENTS_SIMULATOR_FOLDER: join(dataFolder, 'simulator') },
    databases: urls('url'),
    owners: urls('ownerUrl'),
    transport: memoryTransport(),
    log: makeLog({ level: 'silent' }),
    listen: false,
    operations: false,
  })
  await running.stop()
}

test('what is in memory is written out when asked for', async () => {
  const superuser = postgres.url('postgres')
  const asked = async () => {
    const [row] = await ask(superuser, 'select num_requested::integer as count from pg_stat_checkpointer')
    return row?.count as number
  }
  const before = await asked()
  await ask(superuser, 'create table more as select generate_series(1, 1000) as n')
  await writeOut(postgres)
  await eventually('it is counted', async () => (await asked()) > before)
})

test('a password that was lost is made anew', async () => {
  await prepareDatabases(postgres, ['inventory'])
  const { 'database inventory_app': lost, ...others } = readSecrets(dataFolder)
  storeSecrets(dataFolder, others)
  const { inventory } = await prepareDatabases(postgres, ['inventory'])
  assert.ok(lost && !inventory?.url.includes(lost))
  assert.deepEqual(await ask(inventory?.url ?? '', 'select current_user as name'), [{ name: 'inventory_app' }])
})

test('a secret is made once and readable for its user alone', () => {
  const first = secretOf(dataFolder, 'key', () => 'abc')
  assert.equal(
    secretOf(dataFolder, 'key', () => 'xyz'),
    first,
  )
  assert.equal(statSync(join(dataFolder, 'secrets.json')).mode & 0o777, 0o600)
})

async function ask(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
