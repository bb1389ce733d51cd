// Connections that the parent process has accepted at the public port and hands to this one, so that several gateways share a port and
// one can be replaced while clients connect. They are served like those that come to the server's own port.
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

const closedCheckMs = 20

/**
 * Serves the connections that the parent sends as `{ connection: id }`, and answers each with `{ taken: id }`, or with `{ refused: id }`
 * once the server closes: the parent then gives it to another process. `server.close()` waits for those that were taken. To be called
 * before the server listens, and after its other preClose hooks were added.
 */
export function takeHandedConnections(server: FastifyInstance): void {
  const open = new Set<Socket>()
  let isClosing = false
  process.on('message', ({ connection }: { connection?: number }, socket?: Socket) => {
    if (connection === undefined) return
    process.send?.(isClosing ? { refused: connection } : { taken: connection })
    if (isClosing)
      socket?.destroy() // The parent has its own copy, so the client notices nothing.
    else if (socket) serve(socket) // It is undefined when the client has left meanwhile.
  })
  server.addHook('preClose', async () => {
    isClosing = true
    while (open.size > 0) await pause(closedCheckMs)
  })

  function serve(socket: Socket): void {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // As the server does with connections of its own port.
    socket.allowHalfOpen = true
    socket.setNoDelay(true)
    server.server.emit('connection', socket)
  }
}
