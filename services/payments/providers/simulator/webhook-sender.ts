// Sends the simulated bank's webhooks to the shop over real HTTP, some time after the event, as real providers do. Events that are due
// at the same time travel in one webhook, as with Adyen; a webhook that fails is sent again with back-off. The queue is bounded, and
// no payment waits for it unless the switches say so.
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { Pool } from 'undici'
import type { ProviderEvent } from '../provider.ts'
import type { Log } from './log.ts'
import { sign } from './webhook-signature.ts'

export interface WebhookSender {
  /** Queues an event as the switches want it. Resolves at once, or with `before-reply` when it has arrived. */
  send(event: ProviderEvent, switches: SimulatorSwitches): Promise<void>
  close(): Promise<void>
}
export interface WebhookSenderOptions {
  url: string
  secret: string
  log: Log
  /** The event has arrived, or was given up: it need not be sent after a restart. */
  onDone(eventId: string): void
}

const mostWaiting = 1_000
const mostUnderWay = 4
const mostInOne = 50
const mostTries = 10
const usualDelayMs = 50
/** An event leaves this much later than it is due, to travel with others. */
const gatherMs = 20
/** While events come steadily, a webhook leaves this long after the last one. */
const steadyMs = 250
const timeoutMs = 5_000

interface Waiting {
  event: ProviderEvent
  dueAt: number
  tries: number
}

export function startWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { log, onDone } = options
  const post = openTarget(options)
  let queue: Waiting[] = []
  const underWay = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let wakesAt = Number.POSITIVE_INFINITY
  let lastSentAt = 0
  let sent = 0
  let dropped = 0
  let closing = false

  return {
    async send(event, switches) {
      if (switches.webhooks === 'lost') return onDone(event.id)
      if (switches.webhooks === 'before-reply') return deliver([{ event, dueAt: 0, tries: 0 }], post, options, wait)
      const delayMs = delayOf(switches, ++sent)
      for (let copies = switches.webhooks === 'duplicate' ? 3 : 1; copies > 0; copies--) wait(event, delayMs, 0)
    },
    async close() {
      closing = true
      clearTimeout(timer)
      await post.close() // Events that this cuts off are sent after the next start.
      await Promise.all(underWay)
    },
  }

  function wait(event: ProviderEvent, delayMs: number, tries: number): void {
    if (closing) return
    if (queue.length >= mostWaiting) {
      queue.shift()
      if (dropped++ % mostWaiting === 0)
        log.warn({ dropped }, 'The simulator has too many webhooks waiting and drops the oldest.')
    }
    const dueAt = Date.now() + delayMs
    queue.push({ event, tries, dueAt })
    const leavesAt = Math.max(dueAt + gatherMs, lastSentAt + steadyMs)
    if (leavesAt < wakesAt || queue.length === mostInOne) wake()
  }

  function wake(): void {
    clearTimeout(timer)
    wakesAt = Number.POSITIVE_INFINITY
    if (closing || queue.length === 0 || underWay.size >= mostUnderWay) return
    const firstAt = Math.min(...queue.map((one) => one.dueAt)) + gatherMs
    wakesAt = queue.length >= mostInOne ? firstAt : Math.max(firstAt, lastSentAt + steadyMs)
    timer = setTimeout(sendDue, Math.max(0, wakesAt - Date.now()))
    timer.unref()
  }

  function sendDue(): void {
    while (underWay.size < mostUnderWay) {
      const { due, rest } = takeDue(queue, Date.now())
      if (due.length === 0) break
      queue = rest
      lastSentAt = Date.now()
      const delivery = deliver(due, post, options, wait).finally(() => {
        underWay.delete(delivery)
        wake()
      })
      underWay.add(delivery)
    }
    wake()
  }
}

/** One try. Never throws: events that fail are handed to `retry`, or given up after the last try. */
async function deliver(
  events: readonly Waiting[],
  post: ReturnType<typeof openTarget>,
  { log, onDone }: WebhookSenderOptions,
  retry: (event: ProviderEvent, delayMs: number, tries: number) => void,
): Promise<void> {
  const problem = await post.send(events.map((one) => one.event))
  for (const { event, tries } of events) {
    const isLastTry = tries + 1 >= mostTries
    if (problem !== undefined && !isLastTry) retry(event, 1000 * 2 ** tries, tries + 1)
    else onDone(event.id)
    if (problem !== undefined && isLastTry)
      log.warn({ event: event.id, problem }, 'The simulator gives up on a webhook.')
  }
}

/** Of the events that are due, each once, as many as fit into one webhook. */
function takeDue(queue: readonly Waiting[], now: number): { due: Waiting[]; rest: Waiting[] } {
  const due = new Map<string, Waiting>()
  const rest: Waiting[] = []
  for (const one of queue) {
    const fits = one.dueAt <= now && due.size < mostInOne && !due.has(one.event.id)
    if (fits) due.set(one.event.id, one)
    else rest.push(one)
  }
  return { due: [...due.values()], rest }
}

/** With `reordered`, every other event overtakes the one before it. */
function delayOf({ webhooks, webhookDelayMs }: SimulatorSwitches, count: number): number {
  if (webhooks === 'late') return webhookDelayMs
  return webhooks === 'reordered' && count % 2 === 1 ? usualDelayMs + 300 : usualDelayMs
}

function openTarget({ url, secret }: WebhookSenderOptions) {
  const target = new URL(url)
  const pool = new Pool(target.origin, {
    connections: mostUnderWay,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  return {
    /** Undefined when the webhook has arrived, otherwise why it has not. */
    async send(events: readonly ProviderEvent[]): Promise<string | undefined> {
      const body = JSON.stringify({ events })
      const headers = { 'content-type': 'application/json', 'souk-signature': sign(secret, body, new Date()) }
      try {
        const response = await pool.request({ method: 'POST', path: target.pathname, headers, body })
        await response.body.dump()
        return response.statusCode < 300 ? undefined : `status ${response.statusCode}`
      } catch (error) {
        return String(error)
      }
    },
    close: () => pool.destroy(),
  }
}
