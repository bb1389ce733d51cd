// Counters and histograms whose cells are found and changed without making anything: requests and statements are counted by them.
// They are written out by the registry of prom-client, whose own ones build a text for each observation.
import type { Metric, Registry } from 'prom-client'
import { type CounterSpec, type HistogramSpec, isHistogram, type MetricSpec } from './metric-spec.ts'

/** The figures of one combination of label values. */
export interface CountCell {
  add(by: number): void
}
export interface HistogramCell {
  observe(seconds: number): void
}

/** Finds the cell of up to four label values. They must be few: never ids, names of people or what a client has typed. */
export type CellsOf<Cell> = (a?: string, b?: string, c?: string, d?: string) => Cell

/** Adds a counter to the registry. */
export function addCounter(registry: Registry, spec: CounterSpec): CellsOf<CountCell> {
  const cells = makeCells(spec, () => {
    const cell = {
      value: 0,
      add(by: number) {
        cell.value += by
      },
    }
    return cell
  })
  register(registry, spec, () => cells.all.map(({ labels, cell }) => ({ labels, value: cell.value })))
  return cells.of
}

/** Adds a histogram to the registry. */
export function addHistogram(registry: Registry, spec: HistogramSpec): CellsOf<HistogramCell> {
  const { name, buckets } = spec
  const cells = makeCells(spec, () => makeHistogramCell(buckets))
  register(registry, spec, () =>
    cells.all.flatMap(({ labels, cell: { counts, totals } }) => {
      let below = 0
      const values: object[] = buckets.map((le, index) => {
        below += counts[index] as number
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below }
      })
      const count = below + (counts[buckets.length] as number)
      values.push(
        { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
        { metricName: `${name}_sum`, labels, value: totals[0] },
        { metricName: `${name}_count`, labels, value: count },
      )
      return values
    }),
  )
  return cells.of
}

function makeHistogramCell(buckets: readonly number[]) {
  /** Of each bucket alone, and last of what is above all of them. */
  const counts = new Float64Array(buckets.length + 1)
  const totals = new Float64Array(1)
  return {
    counts,
    totals,
    observe(seconds: number) {
      let index = 0
      while (index < buckets.length && seconds > (buckets[index] as number)) index += 1
      counts[index] = (counts[index] as number) + 1
      totals[0] = (totals[0] as number) + seconds
    },
  }
}

type Level = Map<string, unknown>
/** Cells by their label values, a level of maps for each label. */
function makeCells<Cell>({ labels: names, known }: MetricSpec, make: () => Cell) {
  const all: { labels: Record<string, string>; cell: Cell }[] = []
  const root: Level = new Map()

  function find(a: string, b: string, c: string, d: string): Cell {
    let level = root
    for (let depth = 0; depth < 3; depth++) {
      const value = depth === 0 ? a : depth === 1 ? b : c
      let next = level.get(value) as Level | undefined
      if (!next) {
        next = new Map()
        level.set(value, next)
      }
      level = next
    }
    let cell = level.get(d) as Cell | undefined
    if (cell === undefined) {
      cell = make()
      level.set(d, cell)
      const values = [a, b, c, d]
      all.push({ labels: Object.fromEntries(names.map((name, index) => [name, values[index] as string])), cell })
    }
    return cell
  }
  const of: CellsOf<Cell> = (a = '', b = '', c = '', d = '') => find(a, b, c, d)
  for (const [a, b, c, d] of known) of(a, b, c, d)
  return { all, of }
}

/** The registry asks a metric for its values whenever somebody asks for the metrics. */
function register(registry: Registry, spec: MetricSpec, values: () => object[]): void {
  const get = async () => ({
    name: spec.name,
    help: spec.help,
    type: isHistogram(spec) ? 'histogram' : 'counter',
    aggregator: 'sum',
    values: values(),
  })
  // The cast: it has all that the registry uses of a metric.
  registry.registerMetric({ name: spec.name, get } as unknown as Metric)
}
