// A collector that is away or hangs costs one warning and, at the stop, at most two seconds; wrong settings stop the start.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { beginTrace } from '@souk/messaging'
import { startTelemetry } from './export-spans.ts'
import { beginSpan } from './telemetry.ts'
import { readTelemetrySettings } from './telemetry-settings.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})
async function listening(): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => void socket.on('error', () => undefined)) // Takes connections and never answers.
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
function makeSpans(count: number): void {
  for (let made = 0; made < count; made++)
    beginSpan('server', 'GET /v1/things', { trace: beginTrace(), service: 'orders' })?.end()
}

test('a collector that refuses connections is warned of once', async () => {
  const { server, url } = await listening()
  server.close()
  const warnings: string[] = []
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: object, text: string) => void warnings.push(text),
  }
  const stop = await startTelemetry(
    { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
    'souk',
    log,
  )
  makeSpans(2_000) // Four batches.
  await stop()
  assert.deepEqual(warnings, ['Spans could not be exported; the shop goes on without.'])
  assert.equal(beginSpan('server', 'GET /v1/things', { trace: beginTrace(), service: 'orders' }), undefined)
})

test('a collector that never answers does not hold up the stop', async () => {
  const { url } = await listening()
  const stop = await startTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, 'souk')
  makeSpans(10)
  const started = performance.now()
  await stop()
  assert.ok(performance.now() - started < 8_000, 'the exporter itself would wait for ten seconds')
})

test('nothing is exported unless a collector is named, and not when it is switched off', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
  assert.equal(readTelemetrySettings({}), undefined)
  assert.equal(readTelemetrySettings({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), undefined)
  assert.equal(readTelemetrySettings({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }), undefined)
  assert.equal(readTelemetrySettings({ ...endpoint, OTEL_TRACES_SAMPLER: 'always_off' }), undefined)
  assert.equal(readTelemetrySettings(endpoint)?.url, 'http://collector:4318/v1/traces')
  const more = {
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,x=1',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  }
  const { headers, share } = readTelemetrySettings({ ...endpoint, ...more }) ?? {}
  assert.deepEqual([headers, share], [{ 'api-key': 'a b', x: '1' }, 0.1])
})

test('wrong settings stop the start with a line for each', () => {
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_RESOURCE_ATTRIBUTES: 'nonsense',
  }
  assert.throws(
    () => readTelemetrySettings(wrong),
    ({ message }: Error) => message.split('\n').length === 5 && /_ENDPOINT/.test(message) && /_ARG/.test(message),
  )
})
