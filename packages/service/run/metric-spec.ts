// What a metric is, as a value: its name, what it means, its labels and their known values. docs/metrics.md lists all of them.

export interface CounterSpec {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** The label values that exist at zero from the start, because nobody sees a counter rise that is born at one. */
  readonly known: readonly (readonly string[])[]
}
export interface HistogramSpec extends CounterSpec {
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[]
}
export type MetricSpec = CounterSpec | HistogramSpec

export function isHistogram(spec: MetricSpec): spec is HistogramSpec {
  return 'buckets' in spec
}

/** A counter with at most one label, whose values are all known. */
export function counter(name: string, help: string, label?: string, values: readonly string[] = []): CounterSpec {
  return label
    ? { name, help, labels: [label], known: values.map((one) => [one]) }
    : { name, help, labels: [], known: [[]] }
}

/** A histogram of seconds with at most one label, whose values are all known. */
export function histogram(
  name: string,
  help: string,
  buckets: readonly number[],
  label?: string,
  values: readonly string[] = [],
): HistogramSpec {
  return { ...counter(name, help, label, values), buckets }
}
