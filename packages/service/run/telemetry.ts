// Exports spans with OpenTelemetry. Without OTEL_EXPORTER_OTLP_ENDPOINT no exporter is loaded and a span costs nothing but its ids,
// which logs and messages carry anyway.
import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import type { Trace } from '@souk/messaging'
import { loadPart } from './load-part.ts'

/** Ends a span. */
export type Finish = (failed: boolean) => void
const nothing: Finish = () => undefined
let exporting = false
/** The next span gets these ids, which logs and messages already carry. */
let nextIds: Trace = { traceId: '', spanId: '' }

/** Begins the span that has the ids of `within`. Returns the function that ends it. */
export function beginSpan(
  kind: 'server' | 'consumer' | 'client',
  name: string,
  within: Trace,
  attributes: Record<string, string>,
): Finish {
  if (!exporting) return nothing
  nextIds = within
  const parent = within.parentSpanId
    ? trace.setSpanContext(context.active(), {
        traceId: within.traceId,
        spanId: within.parentSpanId,
        traceFlags: 1,
        isRemote: true,
      })
    : context.active()
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT }
  const span: Span = trace.getTracer('souk').startSpan(name, { kind: kinds[kind], attributes }, parent)
  return (failed) => {
    if (failed) span.setStatus({ code: 2 })
    span.end()
  }
}

/** Starts the export of spans if the environment names a collector. Returns the function that stops it. */
export async function startTelemetry(
  env: Record<string, string | undefined>,
  name: string,
): Promise<() => Promise<void>> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => undefined
  const load = () =>
    Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const [{ TracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] = await loadPart(
    name,
    'the exporter of traces',
    load,
  )
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME ?? name }),
    idGenerator: { generateTraceId: () => nextIds.traceId, generateSpanId: () => nextIds.spanId },
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  trace.setGlobalTracerProvider(provider)
  exporting = true
  return () => provider.shutdown()
}
