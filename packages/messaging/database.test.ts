// Connections, transactions and migrations, on real PostgreSQL.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SoldOut } from '@souk/contracts/inventory'
import { isContention, migrate, urlWithTimeouts } from '@souk/postgres'
import pg from 'pg'
import { openTestDatabase } from './fixture.ts'
import { largestMessageBytes, messagingMigrations, openDatabase } from './index.ts'

const { url, database, drop } = await openTestDatabase()
before(async () => void (await database.sql`create table thing (name text primary key, number integer not null)`))
after(drop)

test('what goes with the commit undoes everything when it fails', async () => {
  await database.sql`insert into thing (name, number) values ('taken', 1)`
  await assert.rejects(
    database.transaction(async ({ sql, send, withCommit }) => {
      await sql`insert into thing (name, number) values ('fresh', 1)`
      send(SoldOut({ sku: 'a' }))
      withCommit(sql`insert into thing (name, number) values ('taken', 2)`)
    }),
    /duplicate key/,
  )
  assert.equal((await database.sql`select from outbox`).length, 0)
  assert.equal((await database.sql`select from thing where name = 'fresh'`).length, 0)
})

test('a message larger than brokers take is refused before it is stored, with all that was to be stored with it', async () => {
  const large = SoldOut({ sku: 'ä'.repeat(largestMessageBytes / 2) })
  await assert.rejects(
    database.transaction(async ({ sql, send }) => {
      await sql`insert into thing (name, number) values ('large', 1)`
      send(SoldOut({ sku: 'small' }), large)
    }),
    /inventory\.sold-out has 20\d{5} bytes as JSON, and may have at most 1000000/,
  )
  const insert = database.sql`insert into thing (name, number) values ('large', 1) returning number`
  await assert.rejects(database.commit(insert, { send: [large] }), /at most 1000000/)
  assert.equal((await database.sql`select from outbox`).length, 0)
  assert.equal((await database.sql`select from thing where name = 'large'`).length, 0)
})

test('a session that ends between two statements of a transaction fails the transaction and nothing else', async () => {
  const interrupted = database.transaction(async ({ sql, send }) => {
    const [session] = await sql<{ pid: number }>`select pg_backend_pid() as pid`
    send(SoldOut({ sku: 'b' }))
    await database.sql`select pg_terminate_backend(${session?.pid})`
    await new Promise((resolve) => setTimeout(resolve, 100))
    await sql`insert into thing (name, number) values ('interrupted', 1)`
  })
  await assert.rejects(interrupted)
  assert.equal((await database.sql`select from thing where name = 'interrupted'`).length, 0)
  await database.transaction(async ({ sql }) =>
    sql`insert into thing (name, number) values ('next', 1)`.then(() => undefined),
  )
})

test('a statement that stands alone gives up behind a lock, and can be tried again', async () => {
  await database.sql`insert into thing (name, number) values ('hot', 1)`
  const change = () => database.sql`update thing set number = 2 where name = 'hot' returning number`
  await database.transaction(async ({ sql }) => {
    await sql`update thing set number = 3 where name = 'hot'`
    await assert.rejects(async () => change(), isContention)
  })
  assert.deepEqual(await change(), [{ number: 2 }])
})

test('nobody waits forever, nor do libraries that open their own connections', async () => {
  const text = `
    select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle, current_setting('transaction_timeout') as transaction`
  const limits = { statement: '5s', lock: '2s', idle: '10s', transaction: '15s' }
  assert.deepEqual((await database.pool.query(text)).rows, [limits])
  const foreign = new pg.Client({ connectionString: urlWithTimeouts(url) })
  await foreign.connect()
  assert.deepEqual((await foreign.query(text)).rows, [limits])
  await foreign.end()
})

test('a session whose machine vanished, and the locks that it holds, are gone in half a minute (F63)', async () => {
  const overTcp = new URL(url)
  overTcp.searchParams.set('host', '127.0.0.1')
  const far = openDatabase({ url: overTcp.href, service: 'inventory', sharedConnections: 1 })
  const connection = await far.connect()
  try {
    const settings = await connection.sql<{ name: string; seconds: number }>`
      select name, case unit when 'ms' then setting::integer / 1000 else setting::integer end as seconds
      from pg_settings
      where name in ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')`
    const of = Object.fromEntries(settings.map(({ name, seconds }) => [name, seconds]))
    const { tcp_keepalives_idle: idle = 0, tcp_keepalives_interval: interval = 0, tcp_keepalives_count: count = 0 } = of
    assert.ok(idle > 0 && idle + interval * count <= 30, JSON.stringify(of))
    if (process.platform === 'linux') assert.equal(of.tcp_user_timeout, 10)
  } finally {
    await connection.close()
    await far.close()
  }
})

test('migrations run once, and an edited one is refused', async () => {
  assert.deepEqual(await migrate(database, [messagingMigrations]), [])
  await database.sql`update migration set checksum = 'other' where name = '001-messaging'`
  await assert.rejects(migrate(database, [messagingMigrations]), /edited/)
})
