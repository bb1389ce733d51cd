// One purchase is one trace, from the request at the gateway to the mail: what holds over every message broker.
import assert from 'node:assert/strict'
import { eventually } from '@souk/service/fixture'
import { startTelemetry } from '@souk/service/run/export-spans'
import { openFakeMailServer } from '../services/notifications/fakes.ts'
import { type CollectedSpan, openCollector } from './collector.ts'
import { openShop, type ShopOptions } from './fixture.ts'

const email = 'trace.me@example.com'
const mailPath = ['gateway server', 'gateway client', 'orders server', 'notifications consumer', 'notifications client']

/** Buys something, waits for the mail, and asserts what the collector got of it. */
export async function purchaseIsOneTrace(options: ShopOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const collector = await openCollector()
  stack.defer(collector.close)
  const mailServer = await openFakeMailServer()
  stack.defer(() => mailServer.close())
  const flush = await startTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, 'souk')
  stack.defer(flush)
  const shop = await openShop({ ...options, env: { NOTIFICATIONS_SMTP_URL: mailServer.url } })
  stack.defer(() => shop.stop())
  await shop.putGoods({ sku: 'TRACED', cents: 1_990, quantity: 20 })
  const { status, headers, body: order } = await shop.buy({ lines: [{ sku: 'TRACED', quantity: 1 }], email })
  assert.equal(status, 201)
  await eventually('the mail has arrived', () => mailServer.mails.length === 1, 60)
  await shop.test.settle()
  const ofTrace = () => collector.spans.filter((span) => span.traceId === headers.get('x-request-id'))
  await eventually('the span of the mail is there', () => ofTrace().some((span) => span.name === 'send mail'), 30)
  await flush()

  const spans = ofTrace()
  allParentsAreThere(spans)
  reachesTheMail(spans)
  hasAllParts(spans)
  tellsNothingPersonal(collector.spans, [email, order.accessKey as string, 'Ann Tester', 'Long Street', 'tok_'])
}

function allParentsAreThere(spans: readonly CollectedSpan[]): void {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !known.has(parentSpanId))
  assert.deepEqual(orphans, [])
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
  assert.deepEqual(
    roots.map((span) => `${span.service} ${span.name}`),
    ['gateway PUT /v1/orders/:orderId'],
  )
}

/** From the mail up to the request, each span is inside the one before. */
function reachesTheMail(spans: readonly CollectedSpan[]): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const path: string[] = []
  let span = spans.find(({ name }) => name === 'send mail')
  while (span) {
    path.unshift(`${span.service} ${span.kind}`)
    span = byId.get(span.parentSpanId ?? '')
  }
  assert.deepEqual(path, mailPath)
}

function hasAllParts(spans: readonly CollectedSpan[]): void {
  const names = new Set(spans.map((span) => `${span.service} ${span.kind} ${span.name}`))
  const wanted = [
    'orders client PUT /internal/reservations/:orderId',
    'inventory server PUT /internal/reservations/:orderId',
    'orders client PUT /internal/payments/:orderId',
    'payments server PUT /internal/payments/:orderId',
    'payments client ask payment provider',
    'orders producer send orders.order-placed',
    'inventory consumer process orders.order-placed',
    'notifications consumer process orders.order-placed',
  ]
  assert.deepEqual(
    wanted.filter((name) => !names.has(name)),
    [],
    [...names].join('\n'),
  )
  for (const service of ['orders', 'inventory', 'payments'])
    assert.ok(
      spans.some((span) => span.service === service && span.attributes['db.system.name'] === 'postgresql'),
      `${service} has statements`,
    )
}

function tellsNothingPersonal(spans: readonly CollectedSpan[], secrets: readonly string[]): void {
  for (const { name, attributes, resource } of spans) {
    const text = JSON.stringify({ name, attributes, resource })
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in ${text}`)
    assert.ok(!/\$\d|\?\w+=/.test(text), `statement text or a query string is in ${text}`)
  }
}
