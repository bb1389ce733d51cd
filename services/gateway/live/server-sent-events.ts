// Live order updates (server-sent events): the order's timeline as the orders service tells it to whoever may see the order,
// and each time that the order moves on what is new in it. https://html.spec.whatwg.org/multipage/server-sent-events.html

import type { Answer } from '@souk/contracts'
import {
  OrderCanceled,
  OrderChanged,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  ordersApi,
} from '@souk/contracts/orders'
import { queryText, refuse } from '@souk/service'
import { household } from '../request/client-address.ts'
import { headersFor } from '../request/forwarded-headers.ts'
import { type Desk, type HttpReply, type HttpRequest, nobody, visitOf } from '../request/responder.ts'
import type { Fetching } from '../request/retries.ts'
import type { Sessions } from '../request/sessions.ts'

/** After each of these an order's timeline says more than before. */
export const orderMessages = [OrderPlaced, OrderCanceled, OrderShipped, OrderRefunded, OrderChanged]

const route = ordersApi.routes.timeline
const mostPerClient = 10
const heartbeatMs = 15_000
const longestMs = 30 * 60_000
/** A reader who lets this much pile up is gone or asleep. */
const mostUnreadBytes = 64 * 1024

export interface Streams {
  /** `token`: of the session, when the request has one. */
  open(request: HttpRequest, reply: HttpReply, desk: Desk, token: string | undefined): Promise<void>
  /** An order has moved on. */
  tell(orderId: string): void
  /** What somebody may see may be another thing now, or nothing. */
  recheck(userId: string): void
  closeAll(): void
  readonly count: number
}
interface Watcher {
  readonly client: string
  look(): void
  end(): void
}

export function wantsStream(request: HttpRequest): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false
}

export function makeStreams(fetching: Fetching, sessions: Sessions, maxStreams: number): Streams {
  const watchers = new Map<string, Set<Watcher>>()
  const perClient = new Map<string, number>()
  let count = 0

  return {
    get count() {
      return count
    },
    async open(request, reply, desk, token) {
      const visit = visitOf(request)
      const orderId = (request.params as { id: string }).id.toLowerCase()
      const client = visit.caller.userId ?? household(visit.ip)
      if (count >= maxStreams) refuse(route, 'unavailable', 'Too many are watching just now. Ask again in a moment.')
      if ((perClient.get(client) ?? 0) >= mostPerClient)
        refuse(route, 'too-many-requests', `At most ${mostPerClient} live updates at a time.`)

      // Asked each time: a session that has ended hears nothing more, even when no message tells us of its end.
      const read = async () =>
        fetching.fetch(route, {
          params: request.params as Record<string, unknown>,
          query: queryText(request),
          headers: { ...pick(request.headers), accept: 'application/json' },
          caller: (token && (await sessions.find(token))) || nobody,
          trace: visit.trace,
          ip: visit.ip,
          url: request.raw.url,
        })
      // Watching begins before the past is asked for, so that nothing falls between the two. It ends with the response,
      // whatever becomes of it: the client may leave at any moment, or have left.
      const watcher = makeWatcher(client, read)
      watch(orderId, watcher)
      onceClosed(reply.raw, () => unwatch(orderId, watcher))
      const past = await read()
      if (past.status === 200) watcher.begin(desk.takeOver(request, reply, streamAnswer), past)
      else desk.finish(request, reply, past)
    },
    tell(orderId) {
      for (const watcher of watchers.get(orderId) ?? []) watcher.look()
    },
    recheck(userId) {
      for (const watcher of everyWatcher()) if (watcher.client === userId) watcher.look()
    },
    closeAll() {
      for (const watcher of everyWatcher()) watcher.end()
    },
  }

  function everyWatcher() {
    return [...watchers.values()].flatMap((set) => [...set])
  }

  function watch(orderId: string, watcher: Watcher) {
    const set = watchers.get(orderId) ?? new Set()
    watchers.set(orderId, set.add(watcher))
    perClient.set(watcher.client, (perClient.get(watcher.client) ?? 0) + 1)
    count += 1
  }
  function unwatch(orderId: string, watcher: Watcher) {
    const set = watchers.get(orderId)
    set?.delete(watcher)
    if (set?.size === 0) watchers.delete(orderId)
    const left = (perClient.get(watcher.client) ?? 1) - 1
    if (left === 0) perClient.delete(watcher.client)
    else perClient.set(watcher.client, left)
    count -= 1
  }
}

const pick = headersFor(route)
// The connection ends with the stream: kept alive, it would hold up a stop.
const streamAnswer = {
  status: 200,
  headers: { 'content-type': 'text/event-stream; charset=utf-8', connection: 'close', 'x-accel-buffering': 'no' },
  body: '',
}

/** One reader: reads the timeline whenever it may say more, and passes on what is new in it. */
function makeWatcher(client: string, read: () => Promise<Answer>) {
  let response: HttpReply['raw'] | undefined
  let hasEnded = false
  let said = 0
  let willLook = false
  const beginning = Promise.withResolvers<void>()
  let turn = beginning.promise

  return {
    client,
    end,
    /** One look after the other, none before the beginning. */
    look() {
      if (willLook) return
      willLook = true
      turn = turn.then(lookOnce).catch(end)
    },
    begin(opened: HttpReply['raw'], past: Answer) {
      response = opened
      const heartbeat = setInterval(() => say(': still here\n\n'), heartbeatMs)
      const life = setTimeout(end, longestMs)
      onceClosed(opened, () => {
        clearInterval(heartbeat)
        clearTimeout(life)
      })
      // When the stream ends, browsers connect again after these milliseconds.
      say('retry: 2000\n\n')
      sayNew(past)
      if (hasEnded) end()
      beginning.resolve()
    },
  }

  function end() {
    hasEnded = true
    response?.end()
  }
  async function lookOnce() {
    willLook = false
    if (response?.closed) return
    const answer = await read()
    if (answer.status === 200) sayNew(answer)
    else end()
  }
  function sayNew(answer: Answer) {
    const { items } = JSON.parse(Buffer.from(answer.body as Uint8Array).toString()) as { items: unknown[] }
    for (const entry of items.slice(said)) say(`data: ${JSON.stringify(entry)}\n\n`)
    said = items.length
  }
  function say(text: string) {
    if (!response || hasEnded) return
    if (response.writableLength > mostUnreadBytes) response.destroy()
    else response.write(text)
  }
}

/** A response that is closed already does not say so again. */
function onceClosed(response: HttpReply['raw'], then: () => void) {
  if (response.closed) then()
  else response.once('close', then)
}
