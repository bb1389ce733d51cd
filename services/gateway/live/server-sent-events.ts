// One live stream as server-sent events: the items of a reply so far, then each new one as it comes.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { Answer } from '@souk/contracts'
import type { HttpReply } from '../request/request-context.ts'
import type { LiveStream } from './open-streams.ts'

const heartbeatMs = 15_000
const maxStreamMs = 30 * 60_000
/** When the stream ends, browsers connect again after this time. */
const reconnectMs = 2_000
/** A client that leaves this much unread is gone or asleep. */
const maxUnreadBytes = 64 * 1024

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // The connection ends with the stream: kept alive, it would delay a shutdown.
  connection: 'close',
  'x-accel-buffering': 'no',
}

export interface EventStream extends LiveStream {
  /** Sends the items so far. `response`: Node's response, whose headers have been sent. */
  begin(response: HttpReply['raw'], first: Answer): void
}

/** A stream that reads the reply with `read` again whenever it is told to check. It checks nothing before it begins. */
export function makeEventStream(client: string, read: () => Promise<Answer>): EventStream {
  let response: HttpReply['raw'] | undefined
  let hasEnded = false
  let sentItems = 0
  let willCheck = false
  const beginning = Promise.withResolvers<void>()
  let lastCheck = beginning.promise

  return {
    client,
    end,
    /** One check after the other: a check that waits covers all messages until it begins. */
    check() {
      if (willCheck) return
      willCheck = true
      lastCheck = lastCheck.then(readAndSend).catch(end)
    },
    begin(opened, first) {
      response = opened
      const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatMs)
      const timeLimit = setTimeout(end, maxStreamMs)
      onceClosed(opened, () => {
        clearInterval(heartbeat)
        clearTimeout(timeLimit)
      })
      send(`retry: ${reconnectMs}\n\n`)
      sendNewItems(first)
      if (hasEnded) end()
      beginning.resolve()
    },
  }

  function end() {
    hasEnded = true
    response?.end()
  }
  async function readAndSend() {
    willCheck = false
    if (response?.closed) return
    const answer = await read()
    if (answer.status === 200) sendNewItems(answer)
    else end()
  }
  function sendNewItems(answer: Answer) {
    const { items } = JSON.parse(Buffer.from(answer.body as Uint8Array).toString()) as { items: unknown[] }
    for (const item of items.slice(sentItems)) send(`data: ${JSON.stringify(item)}\n\n`)
    sentItems = items.length
  }
  function send(text: string) {
    if (!response || hasEnded) return
    if (response.writableLength > maxUnreadBytes) response.destroy()
    else response.write(text)
  }
}

/** Also handles a response that is already closed, which emits no further `close`. */
export function onceClosed(response: HttpReply['raw'], then: () => void): void {
  if (response.closed) then()
  else response.once('close', then)
}
