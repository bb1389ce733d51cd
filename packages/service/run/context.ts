// What every story is handed: its database, its settings, clients of other services, a clock, a log.
import type { Api, ClientOf, ServiceName } from '@souk/contracts'
import type { Database, Effects, Log, Trace } from '@souk/messaging'
import type { Sql, Statement } from '@souk/postgres'
import type { ServiceCalls } from '../calls/service-calls.ts'
import { type Transaction, withJobs } from '../work/enqueue-job.ts'
import { withTrace } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { SettingsOf, SettingsSpec } from './settings.ts'
import type { SharedSettings } from './shared-settings.ts'

/** The contracts of the services that a service calls, by the name of its client. */
export type Calls = Readonly<Record<string, Api>>

/** One context per request, message, job or scheduled run. `resources` is what the service itself opened: a provider, a mailer. */
export interface ContextFor<S extends SettingsSpec, C extends Calls, Resources> {
  /** Each statement commits by itself. */
  readonly sql: Sql
  /** Runs `work` in one transaction and commits, or rolls back and throws what it threw. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** One statement, one commit: see Database.commit. */
  commit<R>(statement: Statement<R>, effects: Effects): Promise<R[]>
  now(): Date
  readonly settings: SettingsOf<S>
  readonly shared: SharedSettings
  /** Typed clients of the services that this one calls. */
  readonly clients: { readonly [K in keyof C]: ClientOf<C[K]> }
  /** Until when the caller can use an answer, in milliseconds since 1970: no call of `clients` takes longer. */
  readonly deadline: number
  /** The same context without a deadline, for work that goes on whether or not a caller still waits. */
  readonly withoutDeadline: ContextFor<S, C, Resources>
  readonly resources: Resources
  readonly log: Log
  readonly trace: Trace
  /** Throws when the service has no database. */
  readonly database: Database
  /** For counters of the business: context.metrics.count(cartsCreated). */
  readonly metrics: Metrics
  /** Runs a schedule of this service now instead of at its next time, or once more when it is running. For after a commit. */
  runSoon(schedule: { readonly name: string }): void
}
// biome-ignore lint/suspicious/noExplicitAny: contexts of services of all kinds.
export type AnyContext = ContextFor<any, any, any>

/** Makes a context for work in this trace; without a deadline (milliseconds since 1970), the work may take as long as it needs. */
export type MakeContext = (trace: Trace, deadline?: number) => AnyContext

/** What all contexts of a service have in common. */
export interface ContextParts {
  service: ServiceName
  calls: Calls
  database: Database | undefined
  resources: unknown
  settings: Record<string, unknown>
  shared: SharedSettings
  serviceCalls: ServiceCalls
  metrics: Metrics
  log: Log
  now: () => Date
  /** Runs a schedule of the service now. */
  runSoon(service: ServiceName, schedule: string): void
}

/** Returns the function that makes the service's contexts. Clients are made when a context is first asked for them. */
export function contextMaker(parts: ContextParts): MakeContext {
  const { service, calls, database, serviceCalls, now, settings, shared, resources, log, metrics, runSoon } = parts
  const requireDatabase = () => {
    if (!database) throw new Error(`The ${service} service has no database.`)
    return database
  }

  return function makeContext(trace, deadline = Number.POSITIVE_INFINITY) {
    const origin = { trace }
    let clients: Record<string, unknown> | undefined
    let ownLog: Log | undefined
    // The cast: settings, resources and clients have the types of the service's definition, which is not known here.
    return {
      sql: database?.sql ?? requireDatabase,
      transaction: (work) => requireDatabase().transaction((transaction) => work(withJobs(transaction, trace)), origin),
      commit: (statement, effects) => requireDatabase().commit(statement, effects, origin),
      now,
      settings,
      shared,
      get clients() {
        clients ??= Object.fromEntries(
          Object.entries(calls).map(([name, api]) => [name, serviceCalls.client(api, service, trace, deadline)]),
        )
        return clients
      },
      deadline,
      get withoutDeadline() {
        return makeContext(trace)
      },
      resources,
      get log() {
        ownLog ??= withTrace(log, trace)
        return ownLog
      },
      trace,
      get database() {
        return requireDatabase()
      },
      metrics,
      runSoon: ({ name }) => runSoon(service, name),
    } as AnyContext
  }
}
