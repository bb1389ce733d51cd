// A balancer of TCP connections, as the virtual address of a Kubernetes Service is: each new connection goes to the next instance that
// takes part. Connections that are open stay where they are.
import { connect, createServer, type Socket } from 'node:net'

export interface Balancer {
  readonly url: string
  add(port: number): void
  remove(port: number): void
  close(): Promise<void>
}

/** Listens on a free port of this machine. A connection that no instance accepts is reset. */
export async function startBalancer(): Promise<Balancer> {
  const ports: number[] = []
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer({ noDelay: true }, (client) => {
    const port = ports[turn++ % ports.length]
    if (port === undefined) {
      client.resetAndDestroy()
      return
    }
    const instance = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const [one, other] of [
      [client, instance],
      [instance, client],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.once('error', () => other.resetAndDestroy())
      one.once('close', () => {
        open.delete(one)
        other.end()
      })
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    add: (port) => void ports.push(port),
    remove: (port) => void ports.splice(ports.indexOf(port), 1),
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
