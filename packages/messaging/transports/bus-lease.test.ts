// The lease of a group on the embedded bus: who reads, and that a reader that was replaced changes nothing any more.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openDatabase, type Sql } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { addGroups, claimLease, type Lease, releaseLease, storePosition } from './bus-lease.ts'
import { postgresTransport } from './postgres.ts'

const group = 'inventory'
let url: string
let database: ReturnType<typeof openDatabase>
let sql: Sql
let sessionOfDatabase: string

before(async () => {
  url = await createDatabase()
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  await (await postgresTransport({ url, log: quiet })).close() // Makes the tables.
  database = openDatabase({ url, name: 'test', connections: 1 })
  sql = database.sql
  const [session] = await sql<{ owner: string }>`
    select pid || ' ' || backend_start as owner from pg_stat_activity where pid = pg_backend_pid()`
  sessionOfDatabase = session?.owner as string
})
after(async () => {
  await database.close()
  await dropDatabase(url)
})
beforeEach(async () => {
  await sql`delete from bus_cursor`
  await sql`update bus_head set position = 100`
  await addGroups([group], sql)
})

const claim = (owner = sessionOfDatabase) => claimLease(group, owner, sql)
const expire = () => sql`update bus_cursor set lease_until = clock_timestamp() - interval '1 second'`
async function cursor() {
  const [row] = await sql<{ position: number; epoch: number; owner: string; isHeld: boolean }>`
    select position, epoch, owner, lease_until > clock_timestamp() as is_held from bus_cursor`
  return row
}

test('a lease belongs to one reader while it runs, and a new group begins at the end of the log', async () => {
  const lease = await claim()
  assert.deepEqual(lease, { group, epoch: 1, position: 100 })
  assert.equal(await claim(), undefined)
  await addGroups([group], sql)
  assert.deepEqual(await cursor(), { position: 100, epoch: 1, owner: sessionOfDatabase, isHeld: true })
})

test('a lease that has run out goes to the next reader, and so does that of a reader whose session is gone', async () => {
  await claim()
  await expire()
  assert.equal((await claim('another process'))?.epoch, 2)
  // Nobody is connected as "another process", so its lease is free at once.
  assert.equal((await claim())?.epoch, 3)
})

test('a reader that was replaced cannot move the position, renew the lease or release it', async () => {
  const replaced = (await claim()) as Lease
  assert.equal(await storePosition(replaced, 120, sql), 100)
  await expire()
  const present = (await claim()) as Lease
  assert.deepEqual([present.epoch, present.position], [2, 120])
  await storePosition(present, 150, sql)

  assert.equal(await storePosition(replaced, 130, sql), undefined)
  await releaseLease(replaced, sql)
  assert.deepEqual(await cursor(), { position: 150, epoch: 2, owner: sessionOfDatabase, isHeld: true })
  await expire()
  assert.equal(await storePosition(replaced, 130, sql), undefined)
  assert.equal((await cursor())?.isHeld, false)
})

test('a lease that is released is free at once', async () => {
  const lease = (await claim()) as Lease
  await releaseLease(lease, sql)
  assert.equal((await claim())?.epoch, 2)
})

test('groups read apart: what one of them claims, stores and releases is nothing to another', async () => {
  await addGroups(['orders'], sql)
  const ours = (await claim()) as Lease
  const theirs = (await claimLease('orders', sessionOfDatabase, sql)) as Lease
  assert.deepEqual([ours.epoch, theirs], [1, { group: 'orders', epoch: 1, position: 100 }])
  await storePosition(ours, 120, sql)
  await releaseLease(ours, sql)
  const rows = await sql`
    select group_name, position, lease_until > clock_timestamp() as is_held from bus_cursor order by group_name`
  assert.deepEqual(rows, [
    { groupName: 'inventory', position: 120, isHeld: false },
    { groupName: 'orders', position: 100, isHeld: true },
  ])
})
