// A database that is unavailable is told apart from statements that are wrong and from mistakes in our own code.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createDatabase, dropDatabase, urlOfDatabase } from './fixture.ts'
import { type Database, DatabaseUnavailable, isContention, isTransient, openDatabase, sqlState } from './index.ts'

let url: string
let database: Database
before(async () => {
  url = await createDatabase()
  database = openDatabase({ url, name: 'test', connections: 1, sharedConnections: 1 })
})
after(async () => {
  await database.close()
  await dropDatabase(url)
})

test('a database that cannot be reached is unavailable, whatever it is asked', async (t) => {
  const portless = 'postgres://nobody:none@127.0.0.1:1/nothing'
  const away = openDatabase({ url: portless, name: 'test' })
  t.after(away.close)
  for (const ask of [async () => away.sql`select 1`, () => away.transaction(async () => 1), () => away.connect()]) {
    await assert.rejects(ask, (error) => isTransient(error) && (error as Error).cause instanceof Error)
  }
})

test('a server that accepts a connection and does not answer is unavailable', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  const away = openDatabase({ url: `postgres://nobody:none@127.0.0.1:${port}/nothing`, name: 'test' })
  t.after(async () => {
    silent.close()
    await away.close()
  })
  await assert.rejects(
    away.transaction(async () => 1),
    isTransient,
  )
})

test('a connection that is lost during a transaction or a statement is unavailable, and the next one works', async () => {
  await assert.rejects(
    database.transaction(async ({ sql }) => {
      await sql`select 1`
      await assert.rejects(async () => sql`select pg_terminate_backend(pg_backend_pid())`, isTransient)
      await sql`select 2`
    }),
    isTransient,
  )
  await assert.rejects(async () => database.sql`select pg_terminate_backend(pg_backend_pid())`, isTransient)
  await pause(50) // Until the loss of the connection has arrived.
  assert.deepEqual(await database.sql`select 1 as one`, [{ one: 1 }])
  assert.equal(await database.transaction(async () => 'done'), 'done')
})

test('when all connections are taken, the database is unavailable', async () => {
  await database.transaction(async () => {
    await assert.rejects(
      database.transaction(async () => 1),
      (error) => error instanceof DatabaseUnavailable && error.cause instanceof Error,
    )
  })
})

test('after it is closed, a database is unavailable', async () => {
  const closed = openDatabase({ url, name: 'test' })
  await closed.close()
  await assert.rejects(async () => closed.sql`select 1`, isTransient)
  await assert.rejects(
    closed.transaction(async () => 1),
    isTransient,
  )
})

test('what is wrong with a statement, a setting or our own code stays what it is', async (t) => {
  const circular: Record<string, unknown> = {}
  circular.itself = circular
  await assert.rejects(async () => database.sql`select ${circular}::json`, TypeError)
  await assert.rejects(
    database.transaction(async () => (undefined as unknown as { name: string }).name),
    TypeError,
  )
  await assert.rejects(
    database.transaction(async () => {
      throw new Error('Connection terminated')
    }),
    (error) => !isTransient(error),
  )
  await assert.rejects(
    async () => database.sql`select from no_such_table`,
    (error) => sqlState(error) === '42P01',
  )
  const missing = openDatabase({ url: urlOfDatabase('no_such_database'), name: 'test' })
  t.after(missing.close)
  await assert.rejects(
    missing.transaction(async () => 1),
    (error) => sqlState(error) === '3D000' && !isTransient(error),
  )
})

test('a statement that waited too long for others lost against them; the database is not unavailable', async () => {
  const slow = async () => database.sql`select pg_sleep(20)`
  await assert.rejects(slow, (error) => isContention(error) && !isTransient(error))
})
