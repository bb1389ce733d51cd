// A bare Fastify that sends the bytes it was given: how fast HTTP can be here at all.
import Fastify from 'fastify'

process.once('message', async (body: Uint8Array) => {
  const bytes = Buffer.from(body)
  const server = Fastify()
  server.get('/list', (_request, reply) => reply.type('application/json; charset=utf-8').send(bytes))
  await server.listen({ host: '127.0.0.1', port: 0 })
  process.send?.((server.server.address() as { port: number }).port)
})
process.once('disconnect', () => process.exit(0))
