// Health and metrics, for those who run the shop. Served on an address of its own, never to the public.
import type { Database, Transport } from '@souk/messaging'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

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

async function answers(database: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 1_000)
  })
  const asked = database.sql`select 1 as one`.then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
