// Measures what a service does in the background, and what its database holds.
import type { ServiceName } from '@souk/contracts'
import type { Database, Transport } from '@souk/messaging'
import { type MeasuredDatabase, measureDatabases } from './database-metrics.ts'
import type { AnyService } from './define-service.ts'
import { jobFigures, messageFigures } from './figures.ts'
import type { Metrics } from './metrics.ts'
import { jobSeconds, jobsTotal, sentMessages, statementSeconds } from './process-metrics.ts'

interface Measured {
  readonly definition: AnyService
  readonly database?: Database
}

/** Connections of the service's pool. */
export function connectionsOf({ connections }: AnyService): number {
  return connections ?? 10
}

/** The function that is told of each run of a job. */
export function measureJobs(metrics: Metrics, { name, jobs }: AnyService) {
  const [runs, durations] = [metrics.counter(jobsTotal), metrics.histogram(jobSeconds)]
  for (const job of jobs ?? []) for (const outcome of ['done', 'failed']) runs(name, job.name, outcome)
  return (job: string, seconds: number, failed: boolean): void => {
    runs(name, job, failed ? 'failed' : 'done').add(1)
    durations(name, job).observe(seconds)
  }
}

/** The function that is told of each statement. */
export function measureStatements(metrics: Metrics, service: ServiceName): (milliseconds: number) => void {
  const cell = metrics.histogram(statementSeconds)(service)
  return (milliseconds) => cell.observe(milliseconds / 1000)
}

/** The function that is told of each batch that the relay has handed to the broker. */
export function measurePublished(metrics: Metrics, service: ServiceName) {
  const sent = metrics.counter(sentMessages)
  const [confirmed, unconfirmed] = [sent(service, 'confirmed'), sent(service, 'unconfirmed')]
  return (isThere: number, isMissing: number): void => {
    confirmed.add(isThere)
    unconfirmed.add(isMissing)
  }
}

/** Declares when each schedule has last succeeded in this process, and returns the function that is told of it. */
export function measureSchedules(metrics: Metrics, services: readonly Measured[]) {
  const help =
    'When a schedule has last succeeded in this process (Unix time); until then, when the process has started'
  const started = Date.now() / 1000
  const times = services.flatMap(({ definition: { name: service, schedules } }) =>
    (schedules ?? []).map(({ name: schedule }: { name: string }) => ({
      labels: { service, schedule },
      value: started,
    })),
  )
  const spec = { name: 'souk_schedule_last_success_seconds', help, labels: ['service', 'schedule'] }
  metrics.gauge(spec, async () => times)
  return (service: ServiceName, schedule: string): void => {
    const time = times.find(({ labels }) => labels.service === service && labels.schedule === schedule)
    if (time) time.value = Date.now() / 1000
  }
}

/** Declares what is read of these services when somebody asks: of their databases and of the broker's connection. */
export function measureAll(metrics: Metrics, services: readonly Measured[], transport: Transport): void {
  measureDatabases(metrics, measuredDatabases(services))
  measureBus(metrics, transport)
}

function measureBus(metrics: Metrics, transport: Transport): void {
  const help = 'Whether this process is connected to the message broker'
  metrics.gauge({ name: 'souk_bus_up', help, labels: [] }, async () => [
    { labels: {}, value: transport.isConnected() ? 1 : 0 },
  ])
}

/** The databases of those services that have one, with what is read from each. */
function measuredDatabases(services: readonly Measured[]): MeasuredDatabase[] {
  return services.flatMap(({ definition, database }) =>
    database
      ? [
          {
            name: definition.name,
            database,
            most: connectionsOf(definition),
            figures: [messageFigures, ...(definition.jobs?.length ? [jobFigures] : []), ...(definition.figures ?? [])],
          },
        ]
      : [],
  )
}
