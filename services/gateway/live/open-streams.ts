// The live streams that are open: how many each client may have, and which of them a message or an ended session concerns.
import { allRoutes, type Route } from '@souk/contracts'
import { refuse } from '@souk/service'

const maxPerClient = 10

/** One open stream: reads its route again whenever there may be more, and sends what is new. */
export interface LiveStream {
  /** A user, or the network of somebody who is not signed in. */
  readonly client: string
  /** There may be something new to send, or the client may no longer read it. */
  check(): void
  end(): void
}
export interface LiveStreams {
  /** Refuses when this client, or all clients together, have too many open streams. */
  checkRoom(route: Route, client: string): void
  /** `key`: of the messages that concern the stream. Returns what removes it again. */
  add(route: Route, key: string, stream: LiveStream): () => void
  /** A message has arrived; the streams with its key check whether there is more to send. */
  notify(messageType: string, key: string): void
  /** Something that a user may read has changed, or the user has been signed out. Without a user: of all. */
  recheck(userId?: string): void
  closeAll(): void
  readonly count: number
}

export function makeLiveStreams(maxStreams: number): LiveStreams {
  const streams = new Map<string, Set<LiveStream>>()
  const perClient = new Map<string, number>()
  let count = 0

  return {
    get count() {
      return count
    },
    checkRoom(route, client) {
      if (count >= maxStreams) refuse(route, 'unavailable', 'Too many are watching just now. Ask again in a moment.')
      if ((perClient.get(client) ?? 0) >= maxPerClient)
        refuse(route, 'too-many-requests', `At most ${maxPerClient} live updates at a time.`)
    },
    add(route, key, stream) {
      const place = placeOf(route, key)
      const others = streams.get(place) ?? new Set()
      streams.set(place, others.add(stream))
      perClient.set(stream.client, (perClient.get(stream.client) ?? 0) + 1)
      count += 1
      return () => remove(place, stream)
    },
    notify(messageType, key) {
      for (const route of routesByMessage.get(messageType) ?? [])
        for (const stream of streams.get(placeOf(route, key)) ?? []) stream.check()
    },
    recheck(userId) {
      for (const stream of all()) if (userId === undefined || stream.client === userId) stream.check()
    },
    closeAll() {
      for (const stream of all()) stream.end()
    },
  }

  function all(): LiveStream[] {
    return [...streams.values()].flatMap((set) => [...set])
  }
  function remove(place: string, stream: LiveStream): void {
    const others = streams.get(place)
    others?.delete(stream)
    if (others?.size === 0) streams.delete(place)
    const left = (perClient.get(stream.client) ?? 1) - 1
    if (left === 0) perClient.delete(stream.client)
    else perClient.set(stream.client, left)
    count -= 1
  }
}

const routesByMessage = new Map<string, Route[]>()
for (const route of allRoutes) {
  for (const type of route.live?.messages ?? [])
    routesByMessage.set(type, [...(routesByMessage.get(type) ?? []), route])
}

function placeOf(route: Route, key: string): string {
  return `${route.service}.${route.name} ${key}`
}
