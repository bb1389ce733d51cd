// The metrics of the process, in Prometheus' format.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  /** Adds to a counter; the first use declares it. Labels must have few values: never ids or names of people. */
  count(name: string, labels?: Record<string, string>, by?: number): void
  /** An answered request. */
  request(service: string, route: string, status: number, seconds: number): void
  /** A handled message. */
  message(service: string, type: string, outcome: string, seconds: number): void
  /** Declares a figure that is read for each service when the metrics are asked for. One that cannot be read is left out. */
  gauge(name: string, help: string, read: () => Promise<{ labels: { service: string }; value: number }>[]): void
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Metrics of their own for one process, with Node's default ones. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Histogram({
    name: 'souk_request_seconds',
    help: 'Answered requests',
    labelNames: ['service', 'route', 'status'],
    buckets,
    registers,
  })
  const messages = new Histogram({
    name: 'souk_message_seconds',
    help: 'Handled messages',
    labelNames: ['service', 'type', 'outcome'],
    buckets,
    registers,
  })
  const [observeRequest, observeMessage] = [observer(requests), observer(messages)]
  const counters = new Map<string, Counter>()

  return {
    registry,
    count(name, labels = {}, by = 1) {
      let counter = counters.get(name)
      if (!counter) {
        counter = new Counter({ name, help: name, labelNames: Object.keys(labels), registers })
        counters.set(name, counter)
      }
      counter.inc(labels, by)
    },
    request: (service, route, status, seconds) => observeRequest([service, route, String(status)], seconds),
    message: (service, type, outcome, seconds) => observeMessage([service, type, outcome], seconds),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames: ['service'],
        registers,
        async collect() {
          gauge.reset()
          for (const one of await Promise.allSettled(read()))
            if (one.status === 'fulfilled') gauge.set(one.value.labels, one.value.value)
        },
      })
    },
  }
}

/** Keeps what the histogram looks up for each combination of labels. There are few: routes, statuses, types of messages. */
function observer(histogram: Histogram): (labels: readonly [string, string, string], seconds: number) => void {
  const known = new Map<string, { observe(seconds: number): void }>()
  return (labels, seconds) => {
    const key = labels.join('|')
    let labeled = known.get(key)
    if (!labeled) {
      labeled = histogram.labels(...labels)
      known.set(key, labeled)
    }
    labeled.observe(seconds)
  }
}
