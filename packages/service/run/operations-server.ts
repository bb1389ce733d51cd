// Serves health and metrics to those who run the shop, on an address of its own that is never public.
import type { Database, Transport } from '@souk/messaging'
import Fastify, { type FastifyInstance } from 'fastify'
import { answersSoon } from './database-health.ts'
import type { Metrics } from './metrics.ts'
import type { RunningService } from './start-service.ts'

/**
 * A server for /health/live, /health/serving, /health/ready, /metrics, and /targets, where Prometheus finds it; it does not listen
 * yet. It may answer before the services have started: then there are no databases and no transport, and it is not ready.
 */
export function serveOperations(options: {
  metrics: Metrics
  isLive: () => boolean
  isReady: () => boolean
  databases: () => readonly { name: string; database: Database }[]
  transport: () => Transport | undefined
  /** What the services tell of themselves besides. */
  health?: () => Readonly<Record<string, string>>
}): FastifyInstance {
  const server = Fastify({ logger: false, forceCloseConnections: true })

  // Liveness depends on nothing: a dependency that is down must not get the process killed.
  server.get('/health/live', async (_request, reply) =>
    reply.code(options.isLive() ? 200 : 503).send({ live: options.isLive() }),
  )

  // Whether this process takes requests, for what sends them here. A database that is slow for all must not take every process out.
  server.get('/health/serving', async (_request, reply) =>
    reply.code(options.isReady() ? 200 : 503).send({ serving: options.isReady() }),
  )

  server.get('/health/ready', async (_request, reply) => {
    const databases = await Promise.all(
      options.databases().map(async ({ name, database }) => [name, await answersSoon(database)] as const),
    )
    const ready = options.isReady() && databases.every(([, isUp]) => isUp)
    return reply.code(ready ? 200 : 503).send({
      ready,
      databases: Object.fromEntries(databases),
      bus: healthOf(options.transport()),
      ...options.health?.(),
    })
  })

  // In the format of Prometheus' http_sd, as `npm run start:apart` tells it of several processes.
  server.get('/targets', async (request, reply) =>
    reply.send([{ targets: [request.host], labels: { component: 'souk', process: 'souk' } }]),
  )

  server.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  )
  return server
}

function healthOf(transport: Transport | undefined) {
  if (!transport) return undefined
  const { name, durability, durabilityReason } = transport
  return { name, isConnected: transport.isConnected(), durability, durabilityReason }
}

/** What the operations server tells, from before the services start: they are in it once all of them have started. */
export interface Shown {
  isReady: boolean
  transport?: Transport
  services: readonly RunningService[]
}

/** Serves health and metrics, on another port when the wanted one is taken. Returns where; undefined when it is switched off. */
export async function startOperations(
  shown: Shown,
  operations: { host: string; port: number } | false | undefined,
  metrics: Metrics,
  onStop: (part: string, stop: () => Promise<unknown>) => void,
): Promise<string | undefined> {
  if (!operations) return undefined
  const server = serveOperations({
    metrics,
    isLive: () => true,
    isReady: () => shown.isReady,
    databases: () => databasesOf(shown.services),
    transport: () => shown.transport,
    health: () => Object.assign({}, ...shown.services.map((service) => service.health?.())),
  })
  const url = await server.listen(operations).catch(() => server.listen({ host: '127.0.0.1', port: 0 }))
  onStop('operations', () => server.close())
  return url
}

/** The databases of those services that have one. */
export function databasesOf(services: readonly RunningService[]) {
  return services.flatMap(({ definition, database }) => (database ? [{ name: definition.name, database }] : []))
}
