// Runs services in this process: any of them, alone or together. This file is the order of starting and of stopping, which
// loses nothing: first all work ends (requests, messages, schedules, jobs), then what it needs: relays, databases, calls to others.
import { setTimeout as pause } from 'node:timers/promises'
import { Server as TlsServer } from 'node:tls'
import { apis, type Route, type ServiceName } from '@souk/contracts'
import { beginTrace, type Transport } from '@souk/messaging'
import type { FastifyInstance } from 'fastify'
import type { Remotes } from '../calls/http-calls.ts'
import { makeServiceCalls, type PublicRead, type ServiceCalls } from '../calls/service-calls.ts'
import { keysFromSecrets, type ServiceKeys } from '../calls/service-keys.ts'
import type { LocalService } from '../calls/service-request.ts'
import { type ServiceTokens, serviceTokens } from '../calls/service-token.ts'
import { takeHandedConnections } from '../http/handed-connections.ts'
import { serveHealth } from '../http/health-routes.ts'
import { drain, serveServices } from '../http/server.ts'
import { startReactions } from '../work/reactions.ts'
import { type ScheduleRunner, startSchedules } from '../work/schedules.ts'
import type { AnyService } from './define-service.ts'
import { measureAll, measureSchedules } from './measure-service.ts'
import { type Metrics, makeMetrics } from './metrics.ts'
import { type Shown, startOperations } from './operations-server.ts'
import { openServiceTls, tlsSpec } from './service-tls.ts'
import { readSettings, type SettingsOf, variableOf } from './settings.ts'
import {
  addressSpec,
  type SharedSettings,
  serviceKeysSpec,
  sharedSecretSpec,
  sharedSpec,
  stopSpec,
} from './shared-settings.ts'
import { type ProcessParts, type RunningService, startService } from './start-service.ts'
import { makeStopping } from './stopping.ts'
import { beginSpan, during } from './telemetry.ts'
import { type SchemaWait, whenSchemaSuffices } from './wait-for-schema.ts'

export interface RunOptions {
  services: readonly AnyService[]
  env: Record<string, string | undefined>
  /** Connection string of each service's own database. */
  databases: Partial<Record<ServiceName, string>>
  /** The same as the owner of its tables, who migrates it. Without one, the role of `databases` is the owner, or all is migrated. */
  owners?: Partial<Record<ServiceName, string>>
  /** A function opens it when health is already served; it is closed in the end. One that is handed over open stays open. */
  transport: Transport | (() => Promise<Transport>)
  log: ProcessParts['log']
  /** Where the services run that are not here: http://host:port, or several of them separated by commas. */
  remotes?: Partial<Record<ServiceName, string>>
  /**
   * Where services that serve HTTP listen; port 0 chooses a free one. `false`: nowhere (tests in process). `takesHanded`: they also serve
   * the connections that the parent process hands over.
   */
  listen?: (Address & { takesHanded?: boolean }) | false
  /** Where health and metrics are served: never public. `false`: nowhere. */
  operations?: Address | false
  now?: () => Date
  /** In place of what a service would open itself: a test's own clock, mailbox or provider. */
  resources?: Partial<Record<ServiceName, unknown>>
  /** Seconds until each further try of a message that failed. */
  retrySeconds?: readonly number[]
}
interface Address {
  host: string
  port: number
}

/** The services that run in this process. */
export interface Running {
  readonly services: ReadonlyMap<ServiceName, RunningService>
  readonly serviceCalls: ServiceCalls
  readonly transport: Transport
  readonly metrics: Metrics
  readonly operationsUrl?: string
  /**
   * From now on it is not ready, and its answers say so, but it takes requests for SOUK_DRAIN_SECONDS more, so that callers and load
   * balancers choose another instance in time.
   */
  drain(): Promise<void>
  /** Takes no more requests, messages and jobs, finishes those in hand, then stops what they needed. */
  stop(): Promise<void>
}

/** Starts services and resolves when all of them are ready. Throws WrongSettings, or what went wrong, having stopped again. */
export async function run(options: RunOptions): Promise<Running> {
  const { log } = options
  const { shared, settings, keys, remotes, drainMs, tlsFiles } = readAllSettings(options)
  const metrics = makeMetrics()
  const now = options.now ?? (() => new Date())
  const names = options.services.map(({ name }) => name)
  const tls = await openServiceTls(tlsFiles, names, remotes, { log, metrics, now })
  const tokens = serviceTokens(keys)
  const local = new Map<ServiceName, LocalService>()
  const gateway: { read?: PublicRead } = {}
  const serviceCalls = makeServiceCalls({ local, gateway, remotes, tokens, log, metrics, connect: tls?.connect })
  const { onStopWork, onStop, stopAll, stopping } = makeStopping(log)
  onStop('certificates', async () => tls?.close())
  onStop('service calls', serviceCalls.close)
  const schedules = new Map<ServiceName, ScheduleRunner>()
  const schemaWait = { waits: shared.migrate === 'wait', log, stopping }
  const shown: Shown = { isReady: false, services: [] }
  const partsWith = (transport: Transport): ProcessParts => ({
    transport,
    schemaWait,
    log,
    metrics,
    serviceCalls,
    shared,
    settings,
    onStopWork,
    onStop,
    now,
    tls: tls?.server,
    databaseUrls: options.databases,
    ownerUrls: options.owners ?? {},
    resources: options.resources ?? {},
    runSoon: (service, schedule) => schedules.get(service)?.runSoon(schedule),
  })

  try {
    const operationsUrl = await startOperations(shown, options.operations, metrics, onStop)
    const transport = await openTransport(options.transport, schemaWait, onStop)
    shown.transport = transport
    const parts = partsWith(transport)
    const started = await Promise.all(options.services.map((definition) => startService(definition, parts)))
    for (const { definition, answer } of started) local.set(definition.name, answer)
    gateway.read = started.map(({ definition, context }) => definition.readPublic?.(context)).find(Boolean)
    startAllSchedules(started, schedules, parts)
    await startAllReactions(started, parts, options.retrySeconds)
    const services = await startListening(started, options, parts, tokens, shown)
    measureAll(metrics, started, transport)
    shown.services = started
    shown.isReady = true
    return {
      services,
      serviceCalls,
      transport,
      metrics,
      operationsUrl,
      async drain() {
        shown.isReady = false
        for (const { server } of services.values()) if (server) drain(server)
        await pause(drainMs)
      },
      async stop() {
        shown.isReady = false
        await stopAll()
      },
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** Throws WrongSettings where `run` would do so before it opens anything. */
export function checkSettings(options: Pick<RunOptions, 'services' | 'env'>): void {
  readAllSettings(options)
}

/** The settings of the shop and of each service. Throws WrongSettings with one line for each that is wrong. */
function readAllSettings({
  services,
  env,
  listen,
  remotes = {},
}: Pick<RunOptions, 'services' | 'env' | 'listen' | 'remotes'>) {
  const keySpec = env.SOUK_SERVICE_KEYS ? serviceKeysSpec : sharedSecretSpec
  const specs = {
    '': addressSpec,
    souk: { ...sharedSpec, ...keySpec, ...stopSpec, ...tlsSpec },
    ...Object.fromEntries(services.map(({ name, settings }) => [name, settings])),
  }
  const addresses = Object.entries(remotes).map(([name, address]) => [variableOf(name, 'url'), address])
  const read = readSettings(specs, { ...env, ...Object.fromEntries(addresses) }) as Record<
    string,
    Record<string, unknown>
  >
  const { souk, '': urls, ...settings } = read
  const { sharedSecret, serviceKeys, drainSeconds, tlsCert, tlsKey, tlsCa, ...others } = souk as Record<string, unknown>
  const ofShop = others as SettingsOf<typeof sharedSpec> // readSettings has checked `souk` against its spec.
  const shared: SharedSettings = {
    ...ofShop,
    returnOrigins: [...ofShop.returnOrigins, ...otherLoopbackOrigins(ofShop.publicUrl)],
    isProduction: env.NODE_ENV === 'production',
    isOnNetwork: listen ? !isLoopback(listen.host) : false,
  }
  return {
    shared,
    settings,
    keys: (serviceKeys as ServiceKeys | undefined) ?? keysFromSecrets((sharedSecret as string).split(',')),
    remotes: Object.fromEntries(apis.map(({ name }) => [name, urls?.[`${name}Url`]])) as Remotes,
    drainMs: (drainSeconds as number) * 1000,
    tlsFiles: { tlsCert, tlsKey, tlsCa } as SettingsOf<typeof tlsSpec>,
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.[\d.]+|::1)$/.test(host)
}

/** The other names of this machine, for a shop that people open on it: who opened it by one comes back from the bank to that one. */
function otherLoopbackOrigins(publicUrl: string): string[] {
  const { protocol, hostname, port, origin } = new URL(publicUrl)
  const names = ['localhost', '127.0.0.1', '[::1]']
  if (!names.includes(hostname)) return []
  return names.map((name) => `${protocol}//${name}${port && `:${port}`}`).filter((one) => one !== origin)
}

/** The schedules of a service; each run has a span, in which its statements and calls are. */
function tracedSchedules({ name: service, schedules = [] }: AnyService): NonNullable<AnyService['schedules']> {
  return schedules.map((schedule) => ({
    ...schedule,
    run(context, stopping) {
      const { trace } = context
      const about = { 'souk.schedule': schedule.name }
      const span = beginSpan('internal', `schedule ${schedule.name}`, { trace, service }, about)
      return during(span, () => schedule.run(context, stopping))
    },
  }))
}

function startAllSchedules(
  services: readonly RunningService[],
  runners: Map<ServiceName, ScheduleRunner>,
  { log, metrics, onStopWork }: ProcessParts,
): void {
  const succeeded = measureSchedules(metrics, services)
  for (const { definition, contextFor } of services) {
    const onSuccess = (schedule: string) => succeeded(definition.name, schedule)
    const runner = startSchedules(tracedSchedules(definition), () => contextFor(beginTrace()), log, onSuccess)
    runners.set(definition.name, runner)
    onStopWork(`${definition.name} schedules`, runner.stop)
  }
}

async function startAllReactions(
  services: readonly RunningService[],
  parts: ProcessParts,
  retrySeconds: RunOptions['retrySeconds'],
): Promise<void> {
  for (const service of services) {
    for (const subscription of await startReactions(service, parts, retrySeconds))
      parts.onStopWork(`${service.definition.name} messages`, subscription.close)
  }
}

/**
 * Opens the HTTP server of this process: that of the service which serves HTTP in its own way (the gateway; no other process can then
 * reach those beside it), or else one for all services. Returns the services with what they are reached by.
 */
async function startListening(
  started: readonly RunningService[],
  { listen }: RunOptions,
  { serviceCalls, onStopWork, tls }: ProcessParts,
  tokens: ServiceTokens,
  shown: Shown,
): Promise<Map<ServiceName, RunningService>> {
  const services = new Map(started.map((service) => [service.definition.name, service]))
  if (!listen || started.length === 0) return services
  const front = started.find(({ definition }) => definition.serve)
  const server =
    (await front?.definition.serve?.(front.context, serviceCalls)) ??
    serveServices(started.map(servedService), tokens, tls)
  // Nothing of the operators is on the public port: the readiness of a gateway is on its operations port.
  if (!front) serveHealth(server, () => shown.isReady)
  if (listen.takesHanded) takeHandedConnections(server)
  const address = await server.listen({ host: listen.host, port: listen.port })
  const url = address.replace('[::1]', 'localhost').replace('http:', schemeOf(server))
  for (const service of front ? [front] : started) services.set(service.definition.name, { ...service, server, url })
  onStopWork('server', () => server.close())
  return services
}

function servedService({ definition, answer }: RunningService) {
  return { name: definition.name, routes: Object.values(definition.api.routes as Record<string, Route>), answer }
}

/** Fastify does not know that the server which it was given speaks TLS. */
function schemeOf({ server }: FastifyInstance): string {
  return server instanceof TlsServer ? 'https:' : 'http:'
}

async function openTransport(
  given: RunOptions['transport'],
  schemaWait: SchemaWait,
  onStop: ProcessParts['onStop'],
): Promise<Transport> {
  if (typeof given !== 'function') return given
  const transport = await whenSchemaSuffices(schemaWait, given)
  onStop('bus', transport.close)
  return transport
}
