// A collector of OpenTelemetry for tests: takes spans as OTLP over HTTP, in JSON.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface CollectedSpan {
  service: string
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  name: string
  isError: boolean
  attributes: Record<string, unknown>
  resource: Record<string, unknown>
  links: string[]
}
type Values = { key: string; value: Record<string, unknown> }[]
interface OtlpSpan extends Pick<CollectedSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'name'> {
  kind: number
  attributes: Values
  status: { code: number }
  links: { spanId: string }[]
}
interface Otlp {
  resourceSpans: { resource: { attributes: Values }; scopeSpans: { spans: OtlpSpan[] }[] }[]
}
const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** Opens a collector on a free port. */
export async function openCollector() {
  const spans: CollectedSpan[] = []
  const server = createServer(async (request, response) => {
    for (const { resource, scopeSpans } of ((await json(request)) as Otlp).resourceSpans) {
      const about = valuesOf(resource.attributes)
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push(collected(span, about))
    }
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    spans,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function collected(span: OtlpSpan, resource: Record<string, unknown>): CollectedSpan {
  const { traceId, spanId, parentSpanId, name, kind, attributes, status, links } = span
  return {
    service: String(resource['service.name']),
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    kind: kinds[kind] ?? 'internal',
    name,
    isError: status.code === 2,
    attributes: valuesOf(attributes),
    resource,
    links: links.map((link) => link.spanId),
  }
}
function valuesOf(values: Values): Record<string, unknown> {
  return Object.fromEntries(values.map(({ key, value }) => [key, Object.values(value)[0]]))
}
