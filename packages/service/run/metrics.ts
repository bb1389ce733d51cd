// What the process counts and measures, in Prometheus' format.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  /** Adds to a counter; the first use declares it. Labels must have few values: never ids or names of people. */
  count(name: string, labels?: Record<string, string>, by?: number): void
  request(service: string, route: string, status: number, seconds: number): void
  message(service: string, type: string, outcome: string, seconds: number): void
  /** Figures that are looked up when somebody asks for the metrics. One that cannot be read is left out. */
  gauge(name: string, help: string, read: () => Promise<{ labels: { service: string }; value: number }>[]): void
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

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
  const counters = new Map<string, Counter>()
  const observers = new Map<string, { observe(seconds: number): void }>()
  const observe = (
    histogram: Histogram,
    a: string,
    b: string,
    c: string,
    names: readonly string[],
    seconds: number,
  ) => {
    const key = `${names[1]}|${a}|${b}|${c}`
    let observer = observers.get(key)
    if (!observer) {
      observer = histogram.labels(a, b, c)
      observers.set(key, observer)
    }
    observer.observe(seconds)
  }

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
    request: (service, route, status, seconds) =>
      observe(requests, service, route, String(status), ['', 'request'], seconds),
    message: (service, type, outcome, seconds) => observe(messages, service, type, outcome, ['', 'message'], seconds),
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
