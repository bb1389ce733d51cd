// What runs for months must not grow for ever, nor run out of days.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openTestDatabase } from '@souk/messaging/test-database'
import { makeLog } from './log.ts'
import { startUpkeep } from './upkeep.ts'

const { database, drop } = await openTestDatabase()
after(drop)

test('the tables of messages have days ahead, lose old ones, and old replies are forgotten', async () => {
  const { sql } = database
  await database.pool.query(
    `create table outbox_sent_20200101 partition of outbox_sent for values from ('2020-01-01') to ('2020-01-02')`,
  )
  await sql`
    insert into idempotency (scope, key, fingerprint, created_at)
    values ('s', 'old', 'f', clock_timestamp() - interval '4 days'), ('s', 'new', 'f', clock_timestamp())`
  const stop = await startUpkeep(database, makeLog({ level: 'silent' }))
  await stop()
  const partitions = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('outbox_sent'::regclass, 'inbox'::regclass) and c.relname ~ '_[0-9]{8}$'`
  assert.equal(partitions.length, 6)
  assert.ok(!partitions.some(({ name }) => name.endsWith('20200101')))
  assert.deepEqual(await sql`select key from idempotency`, [{ key: 'new' }])
})
