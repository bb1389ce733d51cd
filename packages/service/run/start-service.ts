// Starts one service up to the point where it can answer: database, migrations, relay, its own resources, jobs.
import type { ServiceName } from '@souk/contracts'
import {
  type Database,
  type Log,
  newTrace,
  openDatabase,
  type Relay,
  startRelay,
  type Transport,
} from '@souk/messaging'
import type { FastifyInstance } from 'fastify'
import type { ServiceCalls } from '../calls/service-calls.ts'
import type { LocalService } from '../calls/service-request.ts'
import { localService } from '../http/local-service.ts'
import type { ServerTls } from '../http/tls-server.ts'
import { startJobs } from '../work/run-jobs.ts'
import { tracedPublishing } from '../work/trace-publishing.ts'
import { type AnyContext, contextMaker, type MakeContext } from './context.ts'
import type { AnyService, OpenedResources } from './define-service.ts'
import { round } from './log.ts'
import { connectionsOf, measureJobs, measurePublished, measureStatements } from './measure-service.ts'
import type { Metrics } from './metrics.ts'
import { prepareSchema } from './prepare-schema.ts'
import type { SharedSettings } from './shared-settings.ts'
import { startTableMaintenance } from './table-maintenance.ts'
import { type SchemaWait, whenSchemaSuffices } from './wait-for-schema.ts'

/** What all services of a process have in common. */
export interface ProcessParts {
  transport: Transport
  log: Log
  metrics: Metrics
  serviceCalls: ServiceCalls
  now: () => Date
  /** How the servers of this process speak TLS; undefined: they do not. */
  tls?: ServerTls
  /** Whether to wait for a schema that somebody else makes. */
  schemaWait: SchemaWait
  shared: SharedSettings
  /** The settings of each service. */
  settings: Readonly<Record<string, Record<string, unknown>>>
  /** The connection string of each service's database. */
  databaseUrls: Partial<Record<ServiceName, string>>
  /** The same as the owner of its tables, where this process migrates it as another role than it works with. */
  ownerUrls: Partial<Record<ServiceName, string>>
  /** Runs a schedule of a service now. */
  runSoon(service: ServiceName, schedule: string): void
  /** What tests hand in place of what a service would open itself. */
  resources: Partial<Record<ServiceName, unknown>>
  /** Adds work to stop: what takes requests, messages or jobs. All work is stopped at once, before the parts. */
  onStopWork(part: string, stop: () => Promise<unknown>): void
  /** Adds a part to stop that work needs. Parts are stopped in reverse order, one after the other. */
  onStop(part: string, stop: () => Promise<unknown>): void
}

/** A service that runs in this process. */
export interface RunningService {
  readonly definition: AnyService
  readonly database?: Database
  /** For work that belongs to no request. */
  readonly context: AnyContext
  readonly contextFor: MakeContext
  readonly answer: LocalService
  /** What readiness tells of it besides its database. */
  readonly health?: () => Readonly<Record<string, string>>
  readonly server?: FastifyInstance
  /** Without a slash at the end; undefined when it does not listen. */
  readonly url?: string
}

/** Starts a service. It does not listen, react to messages or run schedules yet. Throws what went wrong. */
export async function startService(definition: AnyService, parts: ProcessParts): Promise<RunningService> {
  const { name } = definition
  const { log, metrics, onStop, onStopWork } = parts
  const database = definition.migrations === undefined ? undefined : await startDatabase(definition, parts)
  const common = { ...parts, service: name, calls: definition.calls, database, settings: parts.settings[name] ?? {} }
  const base = contextMaker({ ...common, resources: undefined })(newTrace())
  const { resources, close, health } = await openResources(definition, base, parts)
  if (close) onStop(`${name} resources`, close)

  const contextFor = contextMaker({ ...common, resources })
  metrics.declare(definition.metrics ?? [])
  if (database) {
    const measureJob = measureJobs(metrics, definition)
    const jobs = await startJobs(
      database,
      name,
      definition.jobs ?? [],
      contextFor,
      log,
      (job, milliseconds, failed, { traceId, spanId }) => {
        measureJob(job, milliseconds / 1000, failed)
        log.info({ service: name, job, ms: round(milliseconds), failed, traceId, spanId }, 'job')
      },
    )
    onStopWork(`${name} jobs`, jobs.stop)
  }
  const answer = localService(definition, contextFor, metrics, log)
  return { definition, database, context: contextFor(newTrace()), contextFor, answer, health }
}

/** Opens and migrates the service's database, and starts what works on its tables of messages. */
async function startDatabase(definition: AnyService, parts: ProcessParts): Promise<Database> {
  const { name } = definition
  const { log, metrics, transport, onStop } = parts
  const url = parts.databaseUrls[name]
  if (!url) throw new Error(`The ${name} service needs a database: set ${name.toUpperCase()}_DATABASE_URL.`)
  let relay: Relay | undefined
  const database = openDatabase({
    url,
    service: name,
    connections: connectionsOf(definition),
    plansByIndex: definition.plansByIndex,
    onMessagesStored: () => relay?.wake(),
    onStatement: measureStatements(metrics, name),
    onError: (error) => log.warn({ service: name, error: String(error) }, 'A database connection was lost.'),
  })
  onStop(`${name} database`, database.close)
  const preparing = { ownerUrl: parts.ownerUrls[name], migrates: parts.shared.migrate === 'on' }
  await whenSchemaSuffices(parts.schemaWait, () => prepareSchema(definition, database, preparing))
  onStop(`${name} table maintenance`, await startTableMaintenance(database, log))
  const publishing = tracedPublishing(name, transport)
  relay = startRelay({ database, transport: publishing, log, onPublished: measurePublished(metrics, name) })
  onStop(`${name} relay`, relay.stop)
  return database
}

/** What a test hands in, or what the service opens itself. */
async function openResources(
  definition: AnyService,
  base: AnyContext,
  { resources, serviceCalls }: ProcessParts,
): Promise<Partial<OpenedResources<unknown>>> {
  const given = resources[definition.name]
  if (given !== undefined) return { resources: given }
  return (await definition.open?.(base, serviceCalls)) ?? {}
}
