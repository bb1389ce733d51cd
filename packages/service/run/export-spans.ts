// Exports spans with OpenTelemetry's exporter, in batches that no request waits for. A collector that is down, slow or full costs spans
// and one warning, never the shop's time.
import { randomUUID } from 'node:crypto'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { type Log, sampleTraces, type Trace } from '@souk/messaging'
import own from '../package.json' with { type: 'json' }
import { loadPart } from './load-part.ts'
import { outcomeSampling } from './outcome-sampling.ts'
import { type EndedSpan, type SpanKind, sendSpansTo } from './telemetry.ts'
import { readTelemetrySettings, type TelemetrySettings } from './telemetry-settings.ts'

/** What is left is sent for at most this long when the shop stops. */
const stopWithinMs = 2_000
const kinds: Record<SpanKind, number> = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 }
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Starts the export of spans if the environment names a collector. `name`: of the service that the process runs, or `souk` for several.
 * Returns the function that stops it within two seconds. Throws WrongSettings, or MissingPackage when the exporter does not load.
 */
export async function startTelemetry(
  env: Record<string, string | undefined>,
  name: string,
  log: Log = quiet,
): Promise<() => Promise<void>> {
  const settings = readTelemetrySettings(env)
  if (!settings) return async () => undefined
  const load = () =>
    Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] = await loadPart(
    name,
    'the exporter of traces',
    load,
  )
  const { url, headers, timeoutMs: timeoutMillis, share, slowMs } = settings
  const exporter = warnOnce(new OTLPTraceExporter({ url, headers, timeoutMillis }), url, log)
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: timeoutMillis,
  })
  const process = { ...settings, name, instanceId: randomUUID(), environment: env.NODE_ENV || 'development' }
  const resources = new Map<string, ReadableSpan['resource']>()
  const resourceOf = (service: string) => {
    const known = resources.get(service) ?? resourceFromAttributes(attributesOf(service, process))
    resources.set(service, known)
    return known
  }
  sampleTraces(share)
  sendSpansTo(outcomeSampling(slowMs, (span) => processor.onEnd(readable(span, resourceOf(span.service)))))
  return async () => {
    sendSpansTo(undefined)
    // A failure was warned of when its batch failed.
    const sent = processor.shutdown().catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const over = new Promise((resolve) => {
      timer = setTimeout(resolve, stopWithinMs)
    })
    await Promise.race([sent, over])
    clearTimeout(timer)
  }
}

function attributesOf(
  service: string,
  {
    attributes,
    serviceName,
    name,
    instanceId,
    environment,
  }: TelemetrySettings & { name: string; instanceId: string; environment: string },
): Record<string, string> {
  return {
    'service.namespace': 'souk',
    'service.version': own.version,
    'service.instance.id': instanceId,
    'deployment.environment.name': environment,
    ...attributes,
    'service.name': (service === name && serviceName) || service,
  }
}

/** Says once that spans are lost, and once when they arrive again. A failed batch is not tried again. */
function warnOnce(exporter: SpanExporter, url: string, log: Log): SpanExporter {
  let isFailing = false
  const { host } = new URL(url) // Not all of it: it may hold a key.
  return {
    shutdown: () => exporter.shutdown(),
    export(spans, done) {
      exporter.export(spans, ({ code, error }) => {
        const fails = code !== 0
        if (fails && !isFailing)
          log.warn({ collector: host, error: String(error) }, 'Spans could not be exported; the shop goes on without.')
        if (!fails && isFailing) log.info({ collector: host }, 'Spans are exported again.')
        isFailing = fails
        done({ code: 0 })
      })
    },
  }
}

/** The span as OpenTelemetry's exporter takes it. */
function readable(span: EndedSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { kind, name, trace, startedAt, endedAt, attributes, links, errorType } = span
  return {
    name,
    kind: kinds[kind],
    spanContext: () => spanContextOf(trace),
    parentSpanContext: trace.parentSpanId ? spanContextOf({ ...trace, spanId: trace.parentSpanId }) : undefined,
    startTime: timeOf(startedAt),
    endTime: timeOf(endedAt),
    duration: timeOf(endedAt - startedAt),
    status: { code: errorType === undefined ? 0 : 2 },
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
    links: links.map((one) => ({ context: spanContextOf(one) })),
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'souk', version: own.version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
/** Sampled in any case: what comes here is exported. */
function spanContextOf({ traceId, spanId }: Trace) {
  return { traceId, spanId, traceFlags: 1 }
}
function timeOf(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1000)
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1_000_000)]
}
