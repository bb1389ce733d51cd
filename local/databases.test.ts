// Each service has its database and cannot reach another's; preparing them again changes nothing and costs little.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import pg from 'pg'
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
  const url = databases.orders?.url ?? ''
  await ask(url, 'create extension pg_trgm; create extension unaccent; create table mine (id int)')
  for (const other of ['payments', 'postgres', 'template1']) {
    await assert.rejects(ask(url.replace('/orders?', `/${other}?`), 'select 1'), { code: '42501' }, other)
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
  const { 'database inventory': lost, ...others } = readSecrets(dataFolder)
  storeSecrets(dataFolder, others)
  const { inventory } = await prepareDatabases(postgres, ['inventory'])
  assert.ok(lost && !inventory?.url.includes(lost))
  assert.deepEqual(await ask(inventory?.url ?? '', 'select current_user as name'), [{ name: 'inventory' }])
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
