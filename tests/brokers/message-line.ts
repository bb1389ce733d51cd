// A real outbox, its relay, a broker and a group of reactions that write down what they were told: to count what arrives, and to
// measure how fast (bench/brokers.ts).
import assert from 'node:assert/strict'
import { allMessages } from '@souk/contracts'
import { StockLow } from '@souk/contracts/inventory'
import { type Database, type Log, openTransport, startConsumer, startRelay } from '@souk/messaging'

const keys = 50
const atOnce = 20

export interface LineOptions {
  /** With the tables of messages. Gets the table `effect`. */
  database: Database
  /** Of the broker, as in BUS_URL. */
  url: string
  log: Log
  /** The name of the reading group. */
  group?: string
  /** Called with the numbers of a batch whose reactions have committed. */
  onHandled?: (numbers: readonly number[]) => void
}
export type MessageLine = Awaited<ReturnType<typeof openLine>>

/** Opens the line on a broker that runs. Close it before the database. */
export async function openLine({ database, url, log, group = 'inventory', onHandled }: LineOptions) {
  const { sql } = database
  // It knows nothing of ids of messages, so that it also counts what an inbox might let through twice.
  await sql`
    create table effect (
      id bigint generated always as identity primary key,
      key text not null,
      number integer not null
    )`
  const type = StockLow.type
  const transport = await openTransport({ url, log, groups: new Map([[group, [type]]]) })
  const relay = startRelay({ database, transport, log })
  let deliveries = 0
  const consumer = await startConsumer({
    database,
    transport: {
      ...transport,
      subscribe: (name, types, deliver) =>
        transport.subscribe(name, types, async (batch) => {
          deliveries += batch.length
          await deliver(batch)
          onHandled?.(batch.map(({ data }) => numberIn(data)))
        }),
    },
    group,
    definitions: allMessages,
    check: () => undefined,
    log,
    reactions: new Map([
      [
        type,
        [
          async ({ subject, data }, transaction) => {
            await transaction.sql`insert into effect (key, number) values (${subject}, ${numberIn(data)})`
          },
        ],
      ],
    ]),
  })
  let next = 0

  async function effects(): Promise<number> {
    const [row] = await sql<{ count: number }>`select count(*) as count from effect`
    return row?.count ?? 0
  }
  return {
    transport,
    effects,
    /** Stores events in transactions of `inEach`, as fast as the database takes them, and resolves with the number of the next one. */
    async send(count: number, inEach = atOnce): Promise<number> {
      for (let sent = 0; sent < count; sent += inEach) {
        const events = Array.from({ length: Math.min(inEach, count - sent) }, () => {
          const number = next++
          return StockLow({ sku: `sku-${number % keys}`, available: number })
        })
        await database.transaction(async ({ send }) => send(...events))
        relay.wake()
      }
      return next
    },
    /** Asserts that the numbers up to `count` took effect once each, in order per key, and that nothing waits. */
    async isExact(count: number): Promise<void> {
      const [row] = await sql<{ count: number; distinct: number; largest: number; swapped: number }>`
        select count(*) as count, count(distinct number) as distinct, max(number) as largest,
          count(*) filter (where number < before) as swapped
        from (select number, lag(number) over (partition by key order by id) as before from effect) as told`
      assert.deepEqual(row, { count, distinct: count, largest: count - 1, swapped: 0 })
      assert.deepEqual(await sql`select from dead_letter`, [])
    },
    /** How much of what was delivered had been delivered before, in words. */
    async repetitions(): Promise<string> {
      return `${deliveries - (await effects())} of ${deliveries} deliveries were repetitions`
    },
    async close(): Promise<void> {
      await consumer.close()
      await relay.stop()
      await transport.close()
    },
  }
}

const numberIn = (data: unknown) => (data as { available: number }).available
