// Health on the port that serves requests, for whoever chooses between instances. It says nothing but whether this process takes
// requests. Health with its reasons is on the operations port (run/operations-server.ts).
import type { FastifyInstance } from 'fastify'

export const readyPath = '/health/ready'
export const livePath = '/health/live'
/** On every answer of a process that is about to stop: callers choose another instance for their next call. */
export const drainingHeader = 'x-souk-draining'

/** Adds the two routes. They need no token. `isReady`: false before everything has started, and from the signal to stop on (503). */
export function serveHealth(server: FastifyInstance, isReady: () => boolean): void {
  server.get(livePath, async (_request, reply) => reply.header('cache-control', 'no-store').send({ live: true }))
  server.get(readyPath, async (_request, reply) => {
    const ready = isReady()
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready })
  })
}
