// Live order updates (server-sent events): first what has happened so far, as the orders service tells it to whoever may
// see the order, then what happens next. https://html.spec.whatwg.org/multipage/server-sent-events.html

import type { Answer } from '@souk/contracts'
import {
  OrderCanceled,
  OrderChanged,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  ordersApi,
} from '@souk/contracts/orders'
import type { Envelope } from '@souk/service'
import { queryText, refuse } from '@souk/service'
import { household } from './address.ts'
import type { Fetching } from './fetching.ts'
import { headersFor } from './headers.ts'
import { type Desk, type HttpReply, type HttpRequest, visitOf } from './visit.ts'

export const orderMessages = [OrderPlaced, OrderCanceled, OrderShipped, OrderRefunded, OrderChanged]

const route = ordersApi.routes.timeline
const mostPerClient = 10
const heartbeatMs = 15_000
const longestMs = 30 * 60_000
/** A reader who lets this much pile up is gone or asleep. */
const mostUnreadBytes = 64 * 1024

export interface Streams {
  open(request: HttpRequest, reply: HttpReply, desk: Desk): Promise<void>
  tell(envelope: Envelope): void
  closeAll(): void
  readonly count: number
}
interface Watcher {
  readonly client: string
  tell(event: OrderEvent): void
  end(): void
}
interface OrderEvent {
  type: string
  at: string
  status?: string
  message?: string
}

export function wantsStream(request: HttpRequest): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false
}

export function makeStreams(fetching: Fetching, maxStreams: number): Streams {
  const watchers = new Map<string, Set<Watcher>>()
  const perClient = new Map<string, number>()
  let count = 0

  return {
    get count() {
      return count
    },
    async open(request, reply, desk) {
      const visit = visitOf(request)
      const orderId = (request.params as { id: string }).id
      const client = visit.caller.userId ?? household(visit.ip)
      if (count >= maxStreams) refuse(route, 'unavailable', 'Too many are watching just now. Ask again in a moment.')
      if ((perClient.get(client) ?? 0) >= mostPerClient)
        refuse(route, 'too-many-requests', `At most ${mostPerClient} live updates at a time.`)

      // Watching begins before the past is asked for, so that nothing falls between the two. It ends with the response,
      // whatever becomes of it: the client may leave at any moment, or have left.
      const stream = makeWatcher(client)
      watch(orderId, stream)
      onceClosed(reply.raw, () => unwatch(orderId, stream))
      const past = await fetching.fetch(route, {
        params: request.params as Record<string, unknown>,
        query: queryText(request),
        headers: { ...pick(request.headers), accept: 'application/json' },
        caller: visit.caller,
        trace: visit.trace,
        ip: visit.ip,
        url: request.raw.url,
      })
      if (past.status === 200) stream.begin(desk.takeOver(request, reply, streamAnswer), eventsOf(past))
      else desk.finish(request, reply, past)
    },
    tell(envelope) {
      const data = envelope.data as { status?: string }
      const type = envelope.type.replace('orders.', '')
      for (const watcher of watchers.get(envelope.subject) ?? [])
        watcher.tell({ type, at: envelope.time, ...(data.status ? { status: data.status } : {}) })
    },
    closeAll() {
      for (const set of watchers.values()) for (const watcher of set) watcher.end()
    },
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

/** One reader: keeps what it is told until its connection is ready, then writes as things happen. */
function makeWatcher(client: string) {
  let early: OrderEvent[] | undefined = []
  let end = () => {
    early = undefined
  }
  let write: (event: OrderEvent) => void = (event) => void early?.push(event)
  return {
    client,
    tell: (event: OrderEvent) => write(event),
    end: () => end(),
    begin(response: HttpReply['raw'], past: OrderEvent[]) {
      const say = (text: string) => {
        if (response.writableLength > mostUnreadBytes) response.destroy()
        else response.write(text)
      }
      const heartbeat = setInterval(() => say(': still here\n\n'), heartbeatMs)
      const life = setTimeout(() => end(), longestMs)
      end = () => response.end()
      write = (event) => say(`data: ${JSON.stringify(event)}\n\n`)
      onceClosed(response, () => {
        clearInterval(heartbeat)
        clearTimeout(life)
      })
      // When the stream ends, browsers connect again after these milliseconds.
      say('retry: 2000\n\n')
      for (const event of [...past, ...(early ?? [])]) write(event)
      if (early === undefined) end()
      early = undefined
    },
  }
}

/** A response that is closed already does not say so again. */
function onceClosed(response: HttpReply['raw'], then: () => void) {
  if (response.closed) then()
  else response.once('close', then)
}

function eventsOf(past: Answer): OrderEvent[] {
  return (JSON.parse(Buffer.from(past.body as Uint8Array).toString()) as { items: OrderEvent[] }).items
}
