// Migrations of a shop that is open: they give way to its statements, and each ends once, whatever happened on the way.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createDatabase, dropDatabase } from './fixture.ts'
import { type Database, findMissingMigrations, type MigrateOptions, migrate, openDatabase } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-migrations-'))
const folders = [{ component: 'goods', folder }]
let url: string
let database: Database
before(async () => {
  url = await createDatabase()
  database = openDatabase({ url, name: 'goods' })
  await add('001-goods', 'create table good (id integer primary key, name text); insert into good values (1, $$Bowl$$)')
})
after(async () => {
  await database.close()
  await dropDatabase(url)
  rmSync(folder, { recursive: true })
})

async function add(name: string, text: string, options?: MigrateOptions) {
  write(name, text)
  return migrate(database, folders, options)
}
const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.sql`), text)
const remove = (name: string) => rmSync(join(folder, `${name}.sql`))
const isValid = async (index: string) =>
  (
    await database.sql<{ valid: boolean }>`
      select indisvalid as valid from pg_index where indexrelid = to_regclass(${index})`
  )[0]?.valid

test('a migration that needs a lock gives way, and the shop’s statements on that table go on', async () => {
  const long = await database.pool.connect()
  await long.query('begin; set local transaction_timeout = 0; set local idle_in_transaction_session_timeout = 0')
  await long.query('select from good')
  let tries = 0
  let isDone = false
  const migrating = add('002-price', 'alter table good add column price integer', {
    onGivingWay: (name, count) => {
      assert.equal(name, 'goods/002-price')
      tries = count
    },
  }).finally(() => {
    isDone = true
  })
  // Each has the usual limits of the shop: it fails when it has to wait for a lock for 2 seconds.
  for (let count = 0; tries < 3 || count < 50; count++) {
    assert.equal(isDone, false, 'the long transaction still holds its lock')
    await database.sql`update good set name = ${`Bowl ${count}`} where id = 1`
    await database.sql`select price_list.name from good price_list`
  }
  await long.query('commit')
  long.release()
  assert.deepEqual(await migrating, ['goods/002-price'])
  assert.deepEqual(await database.sql`select price from good`, [{ price: null }])
})

test('a migration whose lock never comes is given up with a sentence, and nothing of it stays', async (t) => {
  t.mock.method(Math, 'random', () => -1) // No pause between the tries.
  const long = await database.pool.connect()
  await long.query('begin; set local transaction_timeout = 0; set local idle_in_transaction_session_timeout = 0')
  await long.query('select from good')
  const refused = add('003-color', 'create table color (id integer); alter table good add column color integer')
  await assert.rejects(refused, /goods\/003-color gave way 11 times .* Run it again when they have ended/)
  await long.query('commit')
  long.release()
  assert.deepEqual(await database.sql`select to_regclass('color') as color`, [{ color: null }])
  assert.deepEqual(await migrate(database, folders), ['goods/003-color'])
})

test('an index is built beside the shop, and one that failed is built again', async () => {
  await database.sql`insert into good (id, name) values (2, 'Cup'), (3, 'Cup')`
  const text = '-- souk: no transaction\ncreate unique index concurrently if not exists good_name on good (name)'
  await assert.rejects(add('004-names', text), /goods\/004-names failed: could not create unique index/)
  assert.equal(await isValid('good_name'), false)
  await database.sql`delete from good where id = 3`
  assert.deepEqual(await migrate(database, folders), ['goods/004-names'])
  assert.equal(await isValid('good_name'), true)
})

test('two migrators at once: one builds the index, and neither waits for the other’s end', async () => {
  const text = '-- souk: no transaction\ncreate index concurrently if not exists good_price on good (price)'
  write('005-prices', text)
  const other = openDatabase({ url, name: 'goods' })
  const long = await database.pool.connect()
  await long.query('begin; set local idle_in_transaction_session_timeout = 0')
  await long.query('update good set price = 1 where id = 1')
  const both = [migrate(database, folders), migrate(other, folders)]
  const areWaiting = () => database.sql`
    select from pg_stat_activity where wait_event = 'virtualxid' and datname = current_database()`
  while ((await areWaiting()).length === 0) {}
  await long.query('commit')
  long.release()
  assert.deepEqual((await Promise.all(both)).flat(), ['goods/005-prices'])
  await other.close()
  assert.equal(await isValid('good_price'), true)
})

test('code of the release before runs on a newer schema, and history that was edited is refused', async () => {
  remove('005-prices')
  assert.deepEqual(await findMissingMigrations(database, folders), [])
  assert.deepEqual(await migrate(database, folders), [])
  write('001-goods', 'create table good (id bigint)')
  for (const look of [findMissingMigrations, migrate])
    await assert.rejects(look(database, folders), /goods\/001-goods was edited after it had been applied/)
})
