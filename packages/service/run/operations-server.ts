// Health and metrics, for those who run the shop. Served on an address of its own, never to the public.
import type { Database, Transport } from '@souk/messaging'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import { answers } from './table-maintenance.ts'

export function serveOperations(options: {
  metrics: Metrics
  isLive: () => boolean
  isReady: () => boolean
  databases: readonly { name: string; database: Database }[]
  transport: Transport
}): FastifyInstance {
  const server = Fastify({ logger: false, forceCloseConnections: true })

  // A dependency that is down must not get the process killed: liveness asks for nothing but an answer.
  server.get('/health/live', async (_request, reply) =>
    reply.code(options.isLive() ? 200 : 503).send({ live: options.isLive() }),
  )

  server.get('/health/ready', async (_request, reply) => {
    const databases = await Promise.all(
      options.databases.map(async ({ name, database }) => [name, await answers(database)] as const),
    )
    const ready = options.isReady() && databases.every(([, fine]) => fine)
    return reply.code(ready ? 200 : 503).send({
      ready,
      databases: Object.fromEntries(databases),
      bus: { name: options.transport.name, durability: options.transport.durability },
    })
  })

  server.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  )
  return server
}
