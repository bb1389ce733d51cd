// A process for the crash tests: it does numbered work in transactions that each send a message, relays and reacts, and
// ends when all is done. SOUK_CRASHPOINT kills it on the way; the test then checks that a second run completes the work.
import { allMessages } from '@souk/contracts'
import { StockLow } from '@souk/contracts/inventory'
import { migrate } from '@souk/postgres'
import { messagingMigrations, openDatabase, openTransport, startConsumer, startRelay } from './index.ts'

const [databaseUrl, busUrl, count] = process.argv.slice(2) as [string, string, string]
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const transport = await openTransport({ url: busUrl, log })
const database = openDatabase({ url: databaseUrl, service: 'inventory', onMessagesStored: () => relay.wake() })
await migrate(database, [messagingMigrations])
await database.sql`create table if not exists work (number integer primary key)`
await database.sql`create table if not exists effect (number integer not null)`
const relay = startRelay({ database, transport, log })
const consumer = await startConsumer({
  database,
  transport,
  group: 'inventory',
  definitions: allMessages,
  check: () => undefined,
  log,
  reactions: new Map([
    [
      StockLow.type,
      [
        async (envelope, { sql }) => {
          await sql`insert into effect (number) values (${(envelope.data as { available: number }).available})`
        },
      ],
    ],
  ]),
})

// In two parts, so that relay and reactions work in at least two batches, and a crash point may name the second.
for (const end of [Math.floor(Number(count) / 2), Number(count)]) {
  for (let number = 0; number < end; number++) {
    await database.transaction(async ({ sql, send }) => {
      const rows = await sql`insert into work (number) values (${number}) on conflict do nothing returning number`
      if (rows.length > 0) send(StockLow({ sku: `sku-${number % 3}`, available: number }))
    })
  }
  while (!(await areDone(end))) await new Promise((resolve) => setTimeout(resolve, 10))
}
await consumer.close()
await relay.stop()
await transport.close()
await database.close()

async function areDone(wanted: number) {
  const [row] = await database.sql<{ done: boolean }>`
    select not exists (select from outbox) and (select count(*) from effect) >= ${wanted} as done`
  return row?.done
}
