// A few connections that many requests share for statements that stand alone. Each statement commits by itself, so they may
// travel one behind the other (pipelined); those that are asked in one go leave in one write. It takes 3 connections per
// service where a pool under load takes 10 and more.
import type { Socket } from 'node:net'
import pg from 'pg'

/** Nobody can be served in time; try again later. */
export class Busy extends Error {
  override name = 'Busy'
}

export interface Lanes {
  query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult>
  close(): Promise<void>
}

interface Lane {
  client: pg.Client
  inFlight: number
}
/** Statements in flight on one connection before new ones are refused. */
const mostInFlight = 1_000

export function openLanes(settings: pg.ClientConfig, count: number, onError: (error: Error) => void): Lanes {
  const lanes: (Lane | undefined)[] = Array.from({ length: count })
  let isClosed = false

  function open(place: number): Lane {
    const client = new pg.Client(settings)
    const lane: Lane = { client, inFlight: 0 }
    const lose = (error?: Error) => {
      if (lanes[place] !== lane) return
      lanes[place] = undefined // The next statement opens it anew.
      if (!isClosed && error) onError(error)
    }
    client.on('error', lose)
    client.on('end', () => lose())
    client.connect().catch(lose)
    lanes[place] = lane
    return lane
  }

  /** The connection with the fewest statements in flight; a further one is opened only when all are at work. */
  function choose(): Lane {
    let best: Lane | undefined
    for (let place = 0; place < count; place++) {
      const lane = lanes[place]
      if (!lane && (!best || best.inFlight > 0)) return open(place)
      if (lane && (!best || lane.inFlight < best.inFlight)) best = lane
    }
    return best as Lane
  }

  return {
    async query(config) {
      if (isClosed) throw new Busy('The database is closed.')
      const lane = choose()
      if (lane.inFlight >= mostInFlight) throw new Busy('Too many statements wait for the database.')
      lane.inFlight += 1
      corkForNow(lane.client)
      try {
        return await lane.client.query(config)
      } finally {
        lane.inFlight -= 1
      }
    },
    async close() {
      isClosed = true
      // A connection that is lost already has nothing left to end.
      // One of them may be lost, and is closed then.
      await Promise.all(lanes.map((lane) => lane?.client.end().catch(() => undefined)))
    },
  }
}

const corked = new WeakSet<Socket>()

/**
 * What is asked on a connection in one go leaves in one write. Not at the end of the turn: whatever else the event loop then does
 * first, a whole group waits for it.
 */
export function corkForNow(client: pg.ClientBase): void {
  // The driver's connection has no name in its types.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  if (corked.has(stream)) return
  stream.cork()
  corked.add(stream)
  process.nextTick(() => {
    corked.delete(stream)
    stream.uncork()
  })
}
