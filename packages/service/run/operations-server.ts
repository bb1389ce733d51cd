// Serves health and metrics to those who run the shop, on an address of its own that is never public.
import type { Database, Transport } from '@souk/messaging'
import Fastify, { type FastifyInstance } from 'fastify'
import { answersSoon } from './database-health.ts'
import type { Metrics } from './metrics.ts'

/** A server for /health/live, /health/ready, /metrics, and /targets, where Prometheus finds it; it does not listen yet. */
export function serveOperations(options: {
  metrics: Metrics
  isLive: () => boolean
  isReady: () => boolean
  databases: readonly { name: string; database: Database }[]
  transport: Transport
  /** What the services tell of themselves besides. */
  health?: () => Readonly<Record<string, string>>
}): FastifyInstance {
  const server = Fastify({ logger: false, forceCloseConnections: true })

  // Liveness depends on nothing: a dependency that is down must not get the process killed.
  server.get('/health/live', async (_request, reply) =>
    reply.code(options.isLive() ? 200 : 503).send({ live: options.isLive() }),
  )

  server.get('/health/ready', async (_request, reply) => {
    const databases = await Promise.all(
      options.databases.map(async ({ name, database }) => [name, await answersSoon(database)] as const),
    )
    const ready = options.isReady() && databases.every(([, isUp]) => isUp)
    return reply.code(ready ? 200 : 503).send({
      ready,
      databases: Object.fromEntries(databases),
      bus: healthOf(options.transport),
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

function healthOf(transport: Transport) {
  const { name, durability, durabilityReason } = transport
  return { name, isConnected: transport.isConnected(), durability, durabilityReason }
}
