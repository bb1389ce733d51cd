// The public port of a shop whose gateways are processes of their own. It accepts connections and hands each one, unread, to a gateway
// that is ready, in turn. While no gateway is ready, connections wait.
import type { ChildProcess } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

const waitAtMostMs = 30_000
const mostWaiting = 1_000

/** What a gateway answers when it was handed a connection (packages/service/http/handed-connections.ts). */
interface Answer {
  taken?: number
  refused?: number
}
export interface PublicPort {
  /** From now on, this gateway is handed connections. */
  add(gateway: ChildProcess): void
  /** It is handed no more; it may be about to stop. */
  remove(gateway: ChildProcess): void
  /** Accepts no more connections, and closes those that wait. */
  close(): void
}

export async function openPublicPort(host: string, port: number): Promise<PublicPort> {
  const gateways: ChildProcess[] = []
  /** Handed over, without an answer yet. This process holds its own copy until then, for another gateway. */
  const handed = new Map<ChildProcess, Map<number, Socket>>()
  const waiting = makeWaitingRoom()
  let turn = 0
  let lastId = 0
  const servers = await listenOn(host, port, accept)

  function accept(socket: Socket): void {
    socket.on('error', () => socket.destroy()) // The client is gone.
    give(socket)
  }
  function give(socket: Socket): void {
    if (socket.destroyed) return
    turn = (turn + 1) % Math.max(1, gateways.length)
    const gateway = gateways[turn]
    if (!gateway) {
      waiting.add(socket)
      return
    }
    const id = ++lastId
    handed.get(gateway)?.set(id, socket)
    gateway.send({ connection: id }, socket, { keepOpen: true }, (error) => {
      if (!error) return
      remove(gateway)
      giveAgain(gateway, id)
    })
  }
  function giveAgain(gateway: ChildProcess, id: number): void {
    const socket = handed.get(gateway)?.get(id)
    handed.get(gateway)?.delete(id)
    if (socket) give(socket)
  }
  function remove(gateway: ChildProcess): void {
    const index = gateways.indexOf(gateway)
    if (index >= 0) gateways.splice(index, 1)
  }

  return {
    add(gateway) {
      if (gateway.exitCode !== null || gateway.signalCode !== null) return
      gateways.push(gateway)
      handed.set(gateway, new Map())
      gateway.on('message', ({ taken, refused }: Answer) => {
        if (taken !== undefined) {
          handed.get(gateway)?.get(taken)?.destroy() // Only this copy: the gateway has its own.
          handed.get(gateway)?.delete(taken)
        }
        if (refused === undefined) return
        remove(gateway)
        giveAgain(gateway, refused)
      })
      gateway.once('exit', () => {
        remove(gateway)
        for (const id of [...(handed.get(gateway)?.keys() ?? [])]) giveAgain(gateway, id)
        handed.delete(gateway)
      })
      for (const socket of waiting.takeAll()) give(socket)
    },
    remove,
    close() {
      for (const server of servers) server.close()
      for (const socket of waiting.takeAll()) socket.destroy()
    },
  }
}

/** Connections that no gateway can take yet. Those that wait too long, or are too many, are closed. */
function makeWaitingRoom() {
  const timers = new Map<Socket, NodeJS.Timeout>()
  const leave = (socket: Socket) => {
    clearTimeout(timers.get(socket))
    timers.delete(socket)
  }
  return {
    add(socket: Socket): void {
      if (timers.size >= mostWaiting) {
        socket.destroy()
        return
      }
      const timer = setTimeout(() => {
        leave(socket)
        socket.destroy()
      }, waitAtMostMs)
      timers.set(socket, timer)
    },
    /** All of them, oldest first; they wait no longer. */
    takeAll(): Socket[] {
      const sockets = [...timers.keys()]
      for (const socket of sockets) leave(socket)
      return sockets
    },
  }
}

/** A server for each address of the host: `localhost` has two. Connections are paused: nothing of them is read here. */
async function listenOn(host: string, port: number, accept: (socket: Socket) => void): Promise<Server[]> {
  const addresses = await lookup(host, { all: true })
  return Promise.all(
    addresses.map(async ({ address }) => {
      const server = createServer({ pauseOnConnect: true, noDelay: true }, accept)
      await once(server.listen({ port, host: address }), 'listening')
      return server
    }),
  )
}
