// What runs for months must not grow for ever, nor run out of days.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { memoryTransport, openDatabase } from '@souk/messaging'
import { openTestDatabase } from '@souk/messaging/fixture'
import { urlOfDatabase } from '@souk/postgres/fixture'
import { eventually } from '../fixture.ts'
import { measureDatabases } from './database-metrics.ts'
import { messageFigures } from './figures.ts'
import { makeLog } from './log.ts'
import { counter } from './metric-spec.ts'
import { makeMetrics } from './metrics.ts'
import { serveOperations } from './operations-server.ts'
import { startTableMaintenance } from './table-maintenance.ts'

const placed = counter('souk_orders_placed_total', 'Orders')
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
  const stop = await startTableMaintenance(database, makeLog({ level: 'silent' }))
  await stop()
  const partitions = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('outbox_sent'::regclass, 'inbox'::regclass) and c.relname ~ '_[0-9]{8}$'`
  assert.equal(partitions.length, 6)
  assert.ok(!partitions.some(({ name }) => name.endsWith('20200101')))
  assert.deepEqual(await sql`select key from idempotency`, [{ key: 'new' }])
})

test('while one database is down, all other figures are given, and that it is down', async (t) => {
  const away = openDatabase({ url: urlOfDatabase('nowhere'), service: 'orders' })
  t.after(away.close)
  const databases = [
    { name: 'orders', database: away, most: 10, figures: [messageFigures] },
    { name: 'inventory', database, most: 10, figures: [messageFigures] },
  ]
  const metrics = makeMetrics()
  measureDatabases(metrics, databases)
  metrics.count(placed)
  const transport = memoryTransport()
  const server = serveOperations({
    metrics,
    isLive: () => true,
    isReady: () => true,
    databases: () => databases,
    transport: () => transport,
  })
  let lines: string[] = []
  await eventually('the database that is there has answered', async () => {
    const { statusCode, body } = await server.inject('/metrics')
    assert.equal(statusCode, 200)
    lines = body.split('\n').filter((line) => /^souk_(?!build)/.test(line))
    return lines.length === 6
  })
  assert.deepEqual(lines.toSorted(), [
    'souk_database_up{service="inventory"} 1',
    'souk_database_up{service="orders"} 0',
    'souk_dead_letters{service="inventory"} 0',
    'souk_orders_placed_total 1',
    'souk_outbox_oldest_seconds{service="inventory"} 0',
    'souk_outbox_pending{service="inventory"} 0',
  ])
})
