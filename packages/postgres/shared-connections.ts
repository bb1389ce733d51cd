// A few connections that many requests share for stand-alone statements. Each statement commits by itself, so statements are
// pipelined: those sent in one tick leave in one write. A service needs 3 connections; a pool under load opens 10 and more.
import type { Socket } from 'node:net'
import pg from 'pg'
import { DatabaseUnavailable } from './errors.ts'
import { queryOn, watchConnection } from './lost-connections.ts'

export interface SharedConnections {
  /** Runs a statement. Throws DatabaseUnavailable without a connection, when too many statements wait, and after `close`. */
  query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult>
  readonly repeats: true
  close(): Promise<void>
}

interface SharedConnection {
  client: pg.Client
  inFlight: number
}
/** Statements in flight on one connection before new ones are refused. */
const mostInFlight = 1_000

export function openSharedConnections(
  settings: pg.ClientConfig,
  count: number,
  onError: (error: Error) => void,
): SharedConnections {
  const connections: (SharedConnection | undefined)[] = Array.from({ length: count })
  let isClosed = false

  function open(place: number): SharedConnection {
    const client = new pg.Client(settings)
    const connection: SharedConnection = { client, inFlight: 0 }
    const drop = (error?: Error) => {
      if (connections[place] !== connection) return
      connections[place] = undefined // The next statement opens it anew.
      if (!isClosed && error) onError(error)
    }
    watchConnection(client)
    client.on('error', drop)
    client.on('end', () => drop())
    client.connect().catch(drop)
    connections[place] = connection
    return connection
  }

  /** The connection with the fewest statements in flight. Opens a further one only when all are at work. */
  function choose(): SharedConnection {
    let best: SharedConnection | undefined
    for (let place = 0; place < count; place++) {
      const connection = connections[place]
      if (!connection && (!best || best.inFlight > 0)) return open(place)
      if (connection && (!best || connection.inFlight < best.inFlight)) best = connection
    }
    return best as SharedConnection // The loop opens one when there is none.
  }

  return {
    repeats: true,
    async query(config) {
      if (isClosed) throw new DatabaseUnavailable('The database is closed.')
      const connection = choose()
      if (connection.inFlight >= mostInFlight)
        throw new DatabaseUnavailable('Too many statements wait for the database.')
      connection.inFlight += 1
      corkForThisTick(connection.client)
      try {
        return await queryOn(connection.client, config)
      } finally {
        connection.inFlight -= 1
      }
    },
    async close() {
      isClosed = true
      // A connection may be lost already; then there is nothing to end.
      await Promise.all(connections.map((connection) => connection?.client.end().catch(() => undefined)))
    },
  }
}

const corked = new WeakSet<Socket>()

/**
 * Statements sent on a connection within one tick leave in one write. Waiting until the end of the event loop's turn was worse: a
 * whole batch then waits for whatever else the loop does first.
 */
export function corkForThisTick(client: pg.ClientBase): void {
  // The driver's types do not declare `connection`.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  if (corked.has(stream)) return
  stream.cork()
  corked.add(stream)
  process.nextTick(() => {
    corked.delete(stream)
    stream.uncork()
  })
}
