// Runs services in this process: any of them, alone or together. Opens what they need, wires them to each other and to the
// broker, serves HTTP, and stops in an order that loses nothing.
import type { Route, ServiceName } from '@souk/contracts'
import {
  type Database,
  type Effects,
  type Log,
  messagingMigrations,
  newTrace,
  openDatabase,
  type Relay,
  startRelay,
  type Trace,
  type Transport,
} from '@souk/messaging'
import { migrate, type Statement } from '@souk/postgres'
import type { FastifyInstance } from 'fastify'
import { type LocalService, makeServiceCalls, type ServiceCalls } from '../calls/service-calls.ts'
import { serviceTokens } from '../calls/service-token.ts'
import { observedAnswers } from '../http/local-service.ts'
import { serveService } from '../http/server.ts'
import { prepareJobs, type ScheduleRunner, startJobs, startSchedules, withJobs } from '../work/jobs.ts'
import { startReactions } from '../work/reactions.ts'
import type { AnyService, ContextFor, SharedSettings } from './define-service.ts'
import { round } from './log.ts'
import { type Metrics, makeMetrics } from './metrics.ts'
import { serveOperations } from './operations-server.ts'
import { readSettings } from './settings.ts'
import { sharedSpec } from './shared-settings.ts'
import { measureBacklogs, startTableMaintenance } from './table-maintenance.ts'

// biome-ignore lint/suspicious/noExplicitAny: contexts of services of all kinds.
export type AnyContext = ContextFor<any, any, any>

export interface RunOptions {
  services: readonly AnyService[]
  env: Record<string, string | undefined>
  /** Connection string of each service's own database. */
  databases: Partial<Record<ServiceName, string>>
  transport: Transport
  log: Log
  /** Where the services run that are not here. */
  remotes?: Partial<Record<ServiceName, string>>
  /** Where services that serve HTTP listen; port 0 chooses a free one. `false`: nowhere (tests in process). */
  listen?: { host: string; port: number } | false
  /** Where health and metrics are served: never public. `false`: nowhere. */
  operations?: { host: string; port: number } | false
  now?: () => Date
  /** In place of what a service would open itself: a test's own clock, mailbox or provider. */
  resources?: Partial<Record<ServiceName, unknown>>
  retrySeconds?: readonly number[]
}

export interface RunningService {
  readonly definition: AnyService
  readonly context: AnyContext
  contextFor(trace: Trace): AnyContext
  readonly answer: LocalService
  readonly server?: FastifyInstance
  /** Without a slash at the end; undefined when it does not listen. */
  readonly url?: string
}
export interface Running {
  readonly services: ReadonlyMap<ServiceName, RunningService>
  readonly serviceCalls: ServiceCalls
  readonly transport: Transport
  readonly metrics: Metrics
  readonly operationsUrl?: string
  /** Stops taking requests, finishes those in hand, then stops messages, jobs and connections. */
  stop(): Promise<void>
}

/** Starts services and resolves when all of them are ready. Throws WrongSettings, or what went wrong, having stopped again. */
export async function run(options: RunOptions): Promise<Running> {
  const { log, env } = options
  const now = options.now ?? (() => new Date())
  const settings = readSettings(
    { souk: sharedSpec, ...Object.fromEntries(options.services.map((service) => [service.name, service.settings])) },
    env,
  ) as Record<string, Record<string, unknown>>
  const { souk, ...ownSettings } = settings
  const shared: SharedSettings = {
    ...(souk as unknown as SharedSettings),
    isProduction: env.NODE_ENV === 'production',
    isOnNetwork: options.listen ? !isLoopback(options.listen.host) : false,
  }
  const tokens = serviceTokens(shared.sharedSecret.split(','))
  const metrics = makeMetrics()
  const local = new Map<ServiceName, LocalService>()
  const serviceCalls = makeServiceCalls({ local, remotes: options.remotes ?? {}, tokens, log })

  const running = new Map<ServiceName, RunningService>()
  const schedules = new Map<ServiceName, ScheduleRunner>()
  const stops: { name: string; stop: () => Promise<void> }[] = [
    { name: 'serviceCalls', stop: () => serviceCalls.close() },
  ]
  const state = { ready: false, stopping: false }
  const databases: { name: ServiceName; database: Database }[] = []
  measureBacklogs(metrics, databases)
  // Stopped in reverse: what was started last goes first.
  const onStop = (name: string, stop: () => Promise<void>) => void stops.push({ name, stop })

  try {
    const opened = await Promise.all(options.services.map((service) => open(service)))
    for (const one of opened) local.set(one.definition.name, one.answer)
    for (const { definition, contextFor } of opened)
      schedules.set(
        definition.name,
        startSchedules(definition.schedules ?? [], () => contextFor(newTrace()), log),
      )
    // All at once: one that hangs is waited for a while, and others must not each take theirs.
    onStop('schedules', async () => void (await Promise.all([...schedules.values()].map((one) => one.stop()))))
    for (const one of opened) {
      for (const subscription of await startReactions(one, options, metrics))
        onStop(`${one.definition.name} messages`, subscription.close)
    }
    for (const one of opened) running.set(one.definition.name, await serve(one))
    const operationsUrl = await startOperations()
    state.ready = true
    return {
      services: running,
      serviceCalls,
      transport: options.transport,
      metrics,
      operationsUrl,
      async stop() {
        state.ready = false
        state.stopping = true
        await stopAll()
      },
    }
  } catch (error) {
    await stopAll()
    throw error
  }

  async function stopAll() {
    for (const { name, stop } of stops.splice(0).reverse()) {
      await stop().catch((error) => log.error({ err: error, part: name }, 'A part did not stop cleanly.'))
    }
  }

  async function open(definition: AnyService): Promise<RunningService> {
    const { name } = definition
    let relay: Relay | undefined
    let database: Database | undefined
    if (definition.migrations) {
      const url = options.databases[name]
      if (!url) throw new Error(`The ${name} service needs a database: set ${name.toUpperCase()}_DATABASE_URL.`)
      database = openDatabase({
        url,
        service: name,
        connections: definition.connections ?? 10,
        plansByIndex: definition.plansByIndex,
        onMessagesStored: () => relay?.wake(),
        onError: (error) => log.warn({ service: name, error: String(error) }, 'A database connection was lost.'),
      })
      onStop(`${name} database`, database.close)
      await migrate(database, [messagingMigrations, { component: name, folder: definition.migrations }])
      if (definition.jobs?.length) await prepareJobs(database)
      onStop(`${name} upkeep`, await startTableMaintenance(database, log))
      relay = startRelay({ database, transport: options.transport, log })
      onStop(`${name} relay`, relay.stop)
      databases.push({ name, database })
    }
    const base = makeContext(definition, database, undefined, newTrace())
    const openedOwn =
      options.resources?.[name] !== undefined
        ? { resources: options.resources[name] }
        : await definition.open?.(base, serviceCalls)
    if (openedOwn && 'close' in openedOwn && openedOwn.close) onStop(`${name} own`, openedOwn.close)
    const context = (trace: Trace, deadline?: number) =>
      makeContext(definition, database, openedOwn?.resources, trace, deadline)

    if (database) {
      const jobs = await startJobs(
        database,
        definition.jobs ?? [],
        () => context(newTrace()),
        log,
        (job, milliseconds, failed) => {
          metrics.count('souk_jobs_total', { service: name, job, outcome: failed ? 'failed' : 'done' })
          log.info({ service: name, job, ms: round(milliseconds), failed }, 'job')
        },
      )
      onStop(`${name} jobs`, jobs.stop)
    }
    return {
      definition,
      context: context(newTrace()),
      contextFor: context,
      answer: observedAnswers(definition, context, metrics, log),
    }
  }

  function makeContext(
    definition: AnyService,
    database: Database | undefined,
    resources: unknown,
    trace: Trace,
    deadline = Number.POSITIVE_INFINITY,
  ): AnyContext {
    const origin = { trace }
    const none = () => {
      throw new Error(`The ${definition.name} service has no database.`)
    }
    let clients: Record<string, unknown> | undefined
    return {
      sql: database?.sql ?? none,
      transaction: (work) => (database ?? none()).transaction((transaction) => work(withJobs(transaction)), origin),
      commit: <R>(statement: Statement<R>, together: Effects) =>
        (database ?? none()).commit(statement, together, origin),
      now,
      settings: ownSettings[definition.name] as never,
      shared,
      get clients() {
        clients ??= Object.fromEntries(
          Object.entries(definition.calls as Record<string, never>).map(([name, api]) => [
            name,
            serviceCalls.client(api, definition.name, trace, deadline),
          ]),
        )
        return clients
      },
      deadline,
      get unhurried() {
        return makeContext(definition, database, resources, trace)
      },
      resources,
      log,
      trace,
      get database() {
        return database ?? none()
      },
      metrics,
      runSoon: ({ name }) => schedules.get(definition.name)?.runSoon(name),
    } as AnyContext
  }

  async function serve(one: RunningService): Promise<RunningService> {
    if (!options.listen) return one
    const { definition, context, answer } = one
    // Effects, only the services with a door of their own listen; alone, every service does.
    if (!definition.serve && options.services.length > 1) return one
    const routes = Object.values(definition.api.routes as Record<string, Route>)
    const server: FastifyInstance = definition.serve
      ? await definition.serve(context, serviceCalls)
      : serveService(definition.name, routes, answer, tokens)
    const url = await server.listen(options.listen)
    onStop(`${definition.name} server`, () => server.close())
    return { ...one, server, url: url.replace('[::1]', 'localhost') }
  }

  async function startOperations(): Promise<string | undefined> {
    if (!options.operations) return undefined
    const server = serveOperations({
      metrics,
      isLive: () => true,
      isReady: () => state.ready && !state.stopping,
      databases,
      transport: options.transport,
    })
    const url = await server.listen(options.operations).catch(() => server.listen({ host: '127.0.0.1', port: 0 }))
    onStop('operations', () => server.close())
    return url
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.[\d.]+|::1)$/.test(host)
}
