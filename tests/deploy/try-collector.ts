// A real OpenTelemetry collector with the project's configuration: a purchase arrives as one trace, secrets are masked, and sampling keeps
// what failed and what was slow. Run by hand, because the collector takes minutes to build (docs/slo.md says how):
//   OTELCOL=/path/to/otelcol npm test -- tests/deploy/try-collector.ts
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { prepareApart, putGoodsAsStaff } from '../../local/apart/fixture.ts'
import { openFakeMailServer } from '../../services/notifications/fakes.ts'
import { freePort } from '../fixture.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  service: string
  attributes: Record<string, unknown>
}
interface Resource {
  resource: { attributes: Attribute[] }
  scopeSpans: { spans: (Omit<Span, 'service' | 'attributes'> & { attributes?: Attribute[] })[] }[]
}
interface Attribute {
  key: string
  value: Record<string, unknown>
}

const folder = resolve(import.meta.dirname, '..', '..', 'deploy', 'observability')
const program = process.env.OTELCOL
const skip = !program && 'OTELCOL does not name a collector; docs/slo.md says how to build one'
const children: ChildProcess[] = []
let stored: Span[] = []
const storage = createServer(async (request, response) => {
  const { resourceSpans } = (await json(request)) as { resourceSpans: Resource[] }
  stored.push(...resourceSpans.flatMap(spansOf))
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})

before(async () => {
  await once(storage.listen(0, '127.0.0.1'), 'listening')
})
after(() => {
  for (const child of children) child.kill('SIGKILL')
  storage.close()
  storage.closeAllConnections()
})

test('a purchase is one trace, from the click to the mail', { skip }, async () => {
  const collector = await startCollector()
  const mails = await openFakeMailServer()
  const shop = await prepareApart({ OTEL_EXPORTER_OTLP_ENDPOINT: collector, NOTIFICATIONS_SMTP_URL: mails.url })
  try {
    await shop.start()
    await putGoodsAsStaff(shop, ['LAMP'])
    const cart = await shop.fillCart({ lines: [{ sku: 'LAMP', quantity: 1 }] })
    assert.equal((await shop.checkOut(cart)).status, 201)
    const spans = () => {
      const click = stored.find(({ service, name }) => service === 'gateway' && name === 'PUT /v1/orders/:orderId')
      return stored.filter(({ traceId }) => traceId === click?.traceId)
    }
    const isMailed = () => spans().some(({ service, name }) => service === 'notifications' && /mail/i.test(name))
    await eventually('the mail has a span', isMailed, 40).catch((error) => assert.fail(`${error}\n${treeOf(stored)}`))
    console.log(treeOf(spans()))
    const services = new Set(spans().map(({ service }) => service))
    for (const name of ['gateway', 'orders', 'inventory', 'payments', 'notifications'])
      assert.ok(services.has(name), `${name} is missing: ${[...services].join(', ')}`)
  } finally {
    await shop.end('SIGINT')
    shop.remove()
    await mails.close()
  }
})

test('secrets and people are masked', { skip }, async () => {
  const collector = await startCollector()
  const sent = {
    'http.request.header.authorization': 'Bearer abc',
    'session.id': 'abc',
    'client.address': '192.0.2.7',
    'url.path': '/v1/customers/ann@example.com',
    note: 'card 4242 4242 4242 4242, paid with tok_ok',
    'http.route': '/v1/orders/:orderId',
    'souk.order_id': '01a225f3-7887-71c4-9951-d7362ee699f0',
  }
  const [span] = await sendAndWait(collector, [{ attributes: sent }], 1)
  assert.deepEqual(span?.attributes, {
    'http.request.header.authorization': '****',
    'session.id': '****',
    'client.address': '****',
    'url.path': '/v1/customers/****',
    note: 'card ****, paid with ****',
    'http.route': '/v1/orders/:orderId',
    'souk.order_id': '01a225f3-7887-71c4-9951-d7362ee699f0',
  })
})

test('sampling keeps what failed and what was slow, and the share of the others that was chosen', {
  skip,
}, async () => {
  const collector = await startCollector(['collector-sampling.yaml'], { KEEP_PERCENT: '0', COLLECTOR_DECISION: '1s' })
  const spans = await sendAndWait(
    collector,
    [{ name: 'fine' }, { name: 'failed', fails: true }, { name: 'slow', ms: 1_500 }],
    2,
  )
  assert.deepEqual(spans.map(({ name }) => name).toSorted(), ['failed', 'slow'])
})

/** Starts a collector that stores into this process. Returns where it takes spans. */
async function startCollector(more: string[] = [], env: Record<string, string> = {}): Promise<string> {
  stored = []
  const [http, grpc, health] = [await freePort(), await freePort(), await freePort()]
  const settings = [
    `yaml:receivers::otlp::protocols::http::endpoint: 127.0.0.1:${http}`,
    `yaml:receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${grpc}`,
    `yaml:extensions::health_check::endpoint: 127.0.0.1:${health}`,
    'yaml:exporters::otlp_http::encoding: json',
    'yaml:exporters::otlp_http::compression: none',
  ]
  const words = [...['collector.yaml', ...more].map((file) => join(folder, file)), ...settings]
  const { port } = storage.address() as AddressInfo
  const child = spawn(
    program as string,
    words.flatMap((word) => ['--config', word]),
    {
      env: { ...process.env, TRACES_ENDPOINT: `http://127.0.0.1:${port}`, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  children.push(child)
  const isUp = () => fetch(`http://127.0.0.1:${health}`).then(({ ok }) => ok)
  await eventually('the collector is up', () => isUp().catch(() => false), 20)
  return `http://127.0.0.1:${http}`
}

interface Sent {
  name?: string
  attributes?: Record<string, string>
  fails?: boolean
  ms?: number
}
/** Sends each span as a trace of its own, and returns what was stored when there was time for more. */
async function sendAndWait(collector: string, spans: readonly Sent[], count: number): Promise<Span[]> {
  const start = BigInt(Date.now()) * 1_000_000n
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'try' } }] },
        scopeSpans: [
          {
            spans: spans.map(({ name = 'span', attributes = {}, fails = false, ms = 5 }) => ({
              traceId: randomBytes(16).toString('hex'),
              spanId: randomBytes(8).toString('hex'),
              name,
              kind: 2,
              startTimeUnixNano: String(start),
              endTimeUnixNano: String(start + BigInt(ms) * 1_000_000n),
              status: fails ? { code: 2 } : {},
              attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
            })),
          },
        ],
      },
    ],
  }
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${collector}/v1/traces`, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(reply.status, 200)
  // The shop of the first test may still have spans on their way.
  const ours = () => stored.filter(({ service }) => service === 'try')
  await eventually('the spans are stored', () => ours().length >= count, 20)
  await new Promise((done) => setTimeout(done, 3_000)) // More than are wanted would come now.
  return ours()
}

function spansOf({ resource, scopeSpans }: Resource): Span[] {
  const service = String(readAttributes(resource.attributes)['service.name'])
  return scopeSpans.flatMap(({ spans }) =>
    spans.map((span) => ({ ...span, service, attributes: readAttributes(span.attributes ?? []) })),
  )
}

function readAttributes(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

/** The spans of a trace, each below the one that caused it. */
function treeOf(spans: readonly Span[]): string {
  const lines: string[] = []
  const add = (span: Span, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${span.service}: ${span.name}`)
    for (const child of spans) if (child.parentSpanId === span.spanId) add(child, depth + 1)
  }
  for (const span of spans) if (!spans.some(({ spanId }) => spanId === span.parentSpanId)) add(span, 0)
  return lines.join('\n')
}
