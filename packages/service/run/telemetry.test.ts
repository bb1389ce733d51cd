// What is exported of a request and of the messages that it causes, as a collector receives it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { defineApi, Nothing } from '@souk/contracts'
import { BackInStock, SoldOut, StockLow } from '@souk/contracts/inventory'
import { beginTrace, newTrace, openDatabase } from '@souk/messaging'
import { batched } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { anonymous, eventually, startForTest } from '../fixture.ts'
import { type ContextFor, defineService, every, handle, on } from '../index.ts'
import { startTelemetry } from './export-spans.ts'
import { beginSpan, during } from './telemetry.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  links: { spanId: string }[]
}
const [internal, server, client, producer, consumer] = [1, 2, 3, 4, 5]
const spans: Span[] = []
const collector = createServer(async (request, response) => {
  const { resourceSpans } = (await json(request)) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
  for (const { scopeSpans } of resourceSpans) for (const one of scopeSpans) spans.push(...one.spans)
  response.end('{}')
})
collector.listen(0, '127.0.0.1')
await once(collector, 'listening')
after(() => {
  collector.close()
  collector.closeAllConnections()
})
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
let flush = await startTelemetry(process.env, 'test')

const about = { access: 'anyone', reply: Nothing, status: 204 } as const
const stockApi = defineApi('inventory', 'Stock.', {
  take: { ...about, method: 'POST', path: '/v1/stock', summary: 'Take' },
})
const shopApi = defineApi('orders', 'A shop.', {
  buy: { ...about, method: 'POST', path: '/v1/purchases', summary: 'Buy' },
})
const calls = { inventory: stockApi }
type StockContext = ContextFor<Record<string, never>, Record<string, never>, undefined>
const migrations = mkdtempSync(join(tmpdir(), 'souk-migrations-'))
writeFileSync(join(migrations, '001-nothing.sql'), 'select 1')
const reactionMs = 50

function makeTwo() {
  const heard: string[] = []
  let isTold = false
  const stock = defineService({
    name: 'inventory',
    api: stockApi,
    settings: {},
    calls: {},
    migrations,
    routes: {
      take: handle(stockApi.routes.take, async (_request, { transaction }: StockContext) => {
        await transaction(async ({ send }) => send(StockLow({ sku: 'CUP', available: 1 })))
        return undefined
      }),
    },
    reacts: [
      on([StockLow], async ({ sku }, { sql, send }, _context: StockContext) => {
        await sql`select pg_sleep(${reactionMs / 1000})`
        send(SoldOut({ sku }))
      }),
      on([SoldOut, BackInStock], async ({ sku }, _transaction, _context: StockContext) => void heard.push(sku)),
    ],
    schedules: [
      every(0.01, 'tell once', async ({ transaction }: StockContext) => {
        if (!isTold) await transaction(async ({ send }) => send(BackInStock({ sku: 'MUG', available: 1 })))
        isTold = true
      }),
    ],
  })
  const shop = defineService({
    name: 'orders',
    api: shopApi,
    settings: {},
    calls,
    routes: {
      buy: handle(
        shopApi.routes.buy,
        (_request, { clients }: ContextFor<Record<string, never>, typeof calls, undefined>) =>
          clients.inventory.take({}),
      ),
    },
  })
  return { stock, shop, heard }
}
const listen = { host: '127.0.0.1', port: 0 }

test('every span has its parent, and a message its own time, in one process and apart', async (t) => {
  const traceIds: string[] = []
  for (const isApart of [false, true]) {
    const { stock, shop, heard } = makeTwo()
    const second = await startForTest(isApart ? [stock] : [stock, shop], isApart ? { listen } : {})
    t.after(second.stop)
    const remotes = { inventory: second.running.services.get('inventory')?.url }
    const first = isApart ? await startForTest([shop], { listen, remotes }) : second
    if (isApart) t.after(first.stop)
    const trace = newTrace()
    traceIds.push(trace.traceId)
    await first.running.serviceCalls.call(shopApi.routes.buy, { caller: anonymous, trace })
    await eventually('all was heard', () => heard.length === 2)
    await second.settle()
  }
  await flush()

  const known = new Set(spans.map((span) => span.spanId))
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId && !known.has(parentSpanId))
  assert.deepEqual(orphans, [])
  for (const traceId of traceIds) {
    const ofTrace = spans.filter((span) => span.traceId === traceId)
    const find = (kind: number | undefined, name: string) => {
      const span = ofTrace.find((one) => one.kind === kind && one.name === name)
      assert.ok(span, `${kind} ${name} is not in ${JSON.stringify(ofTrace.map((one) => `${one.kind} ${one.name}`))}`)
      return span
    }
    const low = find(consumer, 'process inventory.stock-low')
    const out = find(consumer, 'process inventory.sold-out')
    const taken = find(server, 'POST /v1/stock')
    const path = [
      find(client, 'POST /v1/purchases'),
      find(server, 'POST /v1/purchases'),
      find(client, 'POST /v1/stock'),
      taken,
      low,
      out,
    ]
    assert.deepEqual(
      path.map((span) => span.parentSpanId || undefined),
      [undefined, ...path.slice(0, -1).map((span) => span.spanId)],
    )
    assert.equal(find(producer, 'send inventory.stock-low').parentSpanId, taken.spanId)
    assert.equal(find(client, 'insert outbox').parentSpanId, find(internal, 'transaction').spanId)
    assert.equal(find(client, 'select').parentSpanId, low.spanId)
    assert.ok(millisecondsOf(low) >= reactionMs - 5, `${millisecondsOf(low)} ms`)
    assert.ok(BigInt(low.startTimeUnixNano) < BigInt(out.startTimeUnixNano))
  }
  assert.equal(spans.filter((span) => span.name === 'process inventory.back-in-stock').length, 2)
})

test('a statement that serves several requests is in the trace of the first and names the spans of the others', async () => {
  const url = await createDatabase()
  const database = openDatabase({ url, service: 'orders' })
  const write = batched<string, { name: string }, { database: object }>({
    key: (name) => name,
    keyOf: ({ name }) => name,
    write: (names) => database.sql<{ name: string }>`select name from unnest(${names}::text[]) as given (name)`,
  })
  spans.length = 0
  flush = await startTelemetry(process.env, 'test') // The test before has ended it.
  const requests = ['first', 'second', 'third'].map((name) => ({ name, trace: beginTrace() }))
  await Promise.all(
    requests.map(({ name, trace }) =>
      during(beginSpan('server', name, { trace, service: 'orders' }), () => write(name, { database })),
    ),
  )
  await database.close()
  await dropDatabase(url)
  await flush()
  const statements = spans.filter((span) => span.name === 'select')
  const [first, ...others] = requests.map(({ trace }) => trace.spanId)
  assert.deepEqual(
    statements.map(({ parentSpanId, links }) => [parentSpanId, links.map(({ spanId }) => spanId)]),
    [[first, others]],
  )
})

function millisecondsOf({ startTimeUnixNano, endTimeUnixNano }: Span): number {
  return Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1_000_000
}
