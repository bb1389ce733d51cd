// Where spans are sent, and which: read from OpenTelemetry's own variables, of which those are respected that a shop needs.
import { WrongSettings } from './settings.ts'

export interface TelemetrySettings {
  url: string
  headers: Record<string, string>
  timeoutMs: number
  /** The share of traces that are exported in any case. */
  share: number
  slowMs: number
  /** Attributes of all resources. */
  attributes: Record<string, string>
  /** In place of the service's own name, where a process runs one service. */
  serviceName?: string
}
type Env = Record<string, string | undefined>

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]

/** Undefined when nothing is exported. Throws WrongSettings with one line for each variable that is wrong. */
export function readTelemetrySettings(env: Env): TelemetrySettings | undefined {
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim()
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim()
  const sampler = env.OTEL_TRACES_SAMPLER || 'parentbased_always_on'
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  if ((!base && !own) || isOff) return undefined
  const url = own || `${base?.replace(/\/$/, '')}/v1/traces`
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/json'
  const share = sampler.endsWith('ratio') ? numberIn(env.OTEL_TRACES_SAMPLER_ARG, 1) : 1
  const slowMs = numberIn(env.SOUK_TRACES_SLOW_MS, 1_000)
  const timeoutMs = numberIn(env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || env.OTEL_EXPORTER_OTLP_TIMEOUT, 10_000)
  const headers = pairsIn(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS || env.OTEL_EXPORTER_OTLP_HEADERS)
  const attributes = pairsIn(env.OTEL_RESOURCE_ATTRIBUTES)
  const wrong = [
    !/^https?:\/\//.test(url) || !URL.canParse(url)
      ? `${own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT'} must be an address like http://collector:4318.`
      : '',
    protocol === 'http/json'
      ? ''
      : 'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json (port 4318 of a collector), which is all that is sent.',
    samplers.includes(sampler) ? '' : `OTEL_TRACES_SAMPLER must be one of ${samplers.join(', ')}.`,
    share >= 0 && share <= 1 ? '' : 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1.',
    slowMs >= 0 ? '' : 'SOUK_TRACES_SLOW_MS must be a number of milliseconds.',
    timeoutMs > 0 ? '' : 'OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds.',
    headers ? '' : 'OTEL_EXPORTER_OTLP_HEADERS must hold pairs like name=value, separated by commas.',
    attributes ? '' : 'OTEL_RESOURCE_ATTRIBUTES must hold pairs like name=value, separated by commas.',
  ].filter((line) => line !== '')
  if (wrong.length > 0)
    throw new WrongSettings(`Souk cannot start with these settings:\n${wrong.map((line) => `  ${line}`).join('\n')}`)
  if (sampler.endsWith('always_off')) return undefined
  return {
    url,
    headers: headers ?? {},
    attributes: attributes ?? {},
    timeoutMs,
    share,
    slowMs,
    serviceName: env.OTEL_SERVICE_NAME || undefined,
  }
}

function numberIn(text: string | undefined, fallback: number): number {
  return text === undefined || text.trim() === '' ? fallback : Number(text)
}

/** The pairs of `a=1,b=2`, whose values may be percent-encoded; undefined when it is something else. */
function pairsIn(text: string | undefined): Record<string, string> | undefined {
  const pairs: Record<string, string> = {}
  for (const part of (text ?? '').split(',')) {
    if (part.trim() === '') continue
    const mark = part.indexOf('=')
    if (mark < 1) return undefined
    try {
      pairs[part.slice(0, mark).trim()] = decodeURIComponent(part.slice(mark + 1).trim())
    } catch {
      return undefined // The percent-encoding is wrong, which the caller says.
    }
  }
  return pairs
}
