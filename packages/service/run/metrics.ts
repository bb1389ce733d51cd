// The metrics of the process, in Prometheus' format.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import packageJson from '../package.json' with { type: 'json' }
import { addCounter, addHistogram, type CellsOf, type CountCell, type HistogramCell } from './instruments.ts'
import { type CounterSpec, type HistogramSpec, isHistogram, type MetricSpec } from './metric-spec.ts'

export interface Metrics {
  readonly registry: Registry
  /** Makes the metrics exist, with their known label values at zero. Nothing happens when they do. */
  declare(specs: readonly MetricSpec[]): void
  /** Adds one to a counter. Labels must have few values: never ids, names of people or what a client has typed. */
  count(spec: CounterSpec, ...labels: string[]): void
  /** Adds an amount to a counter. */
  add(spec: CounterSpec, amount: number, ...labels: string[]): void
  observe(spec: HistogramSpec, seconds: number, ...labels: string[]): void
  /** For what happens often: finds the cells of a histogram, or of a counter. */
  histogram(spec: HistogramSpec): CellsOf<HistogramCell>
  counter(spec: CounterSpec): CellsOf<CountCell>
  /** Declares a figure that is read when the metrics are asked for. What cannot be read is left out. */
  gauge(spec: GaugeSpec, read: () => Promise<readonly Sample[]>): void
}
export interface GaugeSpec {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Metrics of their own for one process, with Node's default ones. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<CounterSpec, CellsOf<CountCell>>()
  const histograms = new Map<HistogramSpec, CellsOf<HistogramCell>>()

  function counter(spec: CounterSpec): CellsOf<CountCell> {
    let cells = counters.get(spec)
    if (!cells) {
      cells = addCounter(registry, spec)
      counters.set(spec, cells)
    }
    return cells
  }
  function histogram(spec: HistogramSpec): CellsOf<HistogramCell> {
    let cells = histograms.get(spec)
    if (!cells) {
      cells = addHistogram(registry, spec)
      histograms.set(spec, cells)
    }
    return cells
  }
  const metrics: Metrics = {
    registry,
    declare(specs) {
      for (const spec of specs)
        if (isHistogram(spec)) histogram(spec)
        else counter(spec)
    },
    count: (spec, a, b, c, d) => counter(spec)(a, b, c, d).add(1),
    add: (spec, amount, a, b, c, d) => counter(spec)(a, b, c, d).add(amount),
    observe: (spec, seconds, a, b, c, d) => histogram(spec)(a, b, c, d).observe(seconds),
    histogram,
    counter,
    gauge(spec, read) {
      const gauge: Gauge = new Gauge({
        name: spec.name,
        help: spec.help,
        labelNames: [...spec.labels],
        registers: [registry],
        async collect() {
          const samples = await read().catch(() => []) // Its owner tells why; here it is only missing.
          gauge.reset()
          for (const { labels, value } of samples) gauge.set({ ...labels }, value)
        },
      })
    },
  }
  const build = { version: packageJson.version, node: process.version }
  metrics.gauge(
    { name: 'souk_build_info', help: 'The release and the version of Node, as labels', labels: ['version', 'node'] },
    async () => [{ labels: build, value: 1 }],
  )
  return metrics
}
