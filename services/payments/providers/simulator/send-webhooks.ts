// Tells the shop over real HTTP what happened at the simulated bank, some time after it happened, as real providers do. What
// is due at the same time travels in one webhook, as with Adyen; what does not arrive is sent again with back-off. It has a
// bounded queue and never delays a payment, unless told to misbehave.
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { Pool } from 'undici'
import type { Log } from './log.ts'
import { sign } from './webhook-signature.ts'

export interface Letter {
  id: string
  body: string
}
export interface Postman {
  /** Queues a letter as the switches want it. Resolves at once, or with `before-reply` when it has arrived. */
  send(letter: Letter, switches: SimulatorSwitches): Promise<void>
  close(): Promise<void>
}

const mostWaiting = 1_000
const mostUnderWay = 4
const mostInOne = 50
const mostTries = 10
const usualDelayMs = 50
/** A letter leaves so much later than it is due, to travel with others; while letters come steadily, so long after the last webhook. */
const gatherMs = { first: 20, steady: 250 }
const waitMs = 5_000

interface Waiting extends Letter {
  dueAt: number
  tries: number
}

export function startPostman(options: {
  url: string
  secret: string
  log: Log
  /** These arrived, or were given up: they need not be sent after a restart. */
  onTold(id: string): void
}): Postman {
  const target = new URL(options.url)
  const pool = new Pool(target.origin, { connections: mostUnderWay, headersTimeout: waitMs, bodyTimeout: waitMs })
  let queue: Waiting[] = []
  const underWay = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let wakesAt = Number.POSITIVE_INFINITY
  let lastSentAt = 0
  let sent = 0
  let dropped = 0
  let closing = false

  return {
    async send(letter, switches) {
      sent += 1
      const { webhooks, webhookDelayMs } = switches
      if (webhooks === 'lost') return options.onTold(letter.id)
      if (webhooks === 'before-reply') return deliver([{ ...letter, dueAt: 0, tries: 0 }])
      // Every other letter overtakes the one before it.
      const reordered = sent % 2 === 0 ? usualDelayMs : usualDelayMs + 300
      const delayMs = webhooks === 'late' ? webhookDelayMs : webhooks === 'reordered' ? reordered : usualDelayMs
      for (let copies = webhooks === 'duplicate' ? 3 : 1; copies > 0; copies--) wait(letter, delayMs, 0)
    },
    async close() {
      closing = true
      clearTimeout(timer)
      // What is cut off is told again after the next start.
      await pool.destroy()
      await Promise.all(underWay)
    },
  }

  function wait({ id, body }: Letter, delayMs: number, tries: number): void {
    if (closing) return
    if (queue.length >= mostWaiting) {
      queue.shift()
      if (dropped++ % mostWaiting === 0)
        options.log.warn({ dropped }, 'The simulator has too many webhooks waiting and drops the oldest.')
    }
    const dueAt = Date.now() + delayMs
    queue.push({ id, body, tries, dueAt })
    const leavesAt = Math.max(dueAt + gatherMs.first, lastSentAt + gatherMs.steady)
    if (leavesAt < wakesAt || queue.length === mostInOne) wake()
  }

  function wake(): void {
    clearTimeout(timer)
    wakesAt = Number.POSITIVE_INFINITY
    if (closing || queue.length === 0 || underWay.size >= mostUnderWay) return
    const firstAt = Math.min(...queue.map((one) => one.dueAt)) + gatherMs.first
    const isFull = queue.length >= mostInOne
    wakesAt = isFull ? firstAt : Math.max(firstAt, lastSentAt + gatherMs.steady)
    timer = setTimeout(sendDue, Math.max(0, wakesAt - Date.now()))
    timer.unref()
  }

  function sendDue(): void {
    while (underWay.size < mostUnderWay) {
      const letters = takeDue()
      if (letters.length === 0) break
      start(letters)
    }
    wake()
  }

  /** Letters of different events whose time has come. */
  function takeDue(): Waiting[] {
    const now = Date.now()
    const taken = new Map<string, Waiting>()
    const rest: Waiting[] = []
    for (const letter of queue) {
      const fits = letter.dueAt <= now && taken.size < mostInOne && !taken.has(letter.id)
      if (fits) taken.set(letter.id, letter)
      else rest.push(letter)
    }
    queue = rest
    return [...taken.values()]
  }

  function start(letters: Waiting[]): void {
    lastSentAt = Date.now()
    const delivery = deliver(letters).finally(() => {
      underWay.delete(delivery)
      wake()
    })
    underWay.add(delivery)
  }

  /** One try. Never throws: what fails waits for its next try. */
  async function deliver(letters: readonly Waiting[]): Promise<void> {
    const body = `{"events":[${letters.map((letter) => letter.body).join(',')}]}`
    let problem: string
    try {
      const response = await pool.request({
        method: 'POST',
        path: target.pathname,
        headers: { 'content-type': 'application/json', 'souk-signature': sign(options.secret, body, new Date()) },
        body,
      })
      await response.body.dump()
      if (response.statusCode < 300) {
        for (const letter of letters) options.onTold(letter.id)
        return
      }
      problem = `status ${response.statusCode}`
    } catch (error) {
      problem = String(error)
    }
    for (const letter of letters) tryLater(letter, problem)
  }

  function tryLater(letter: Waiting, problem: string): void {
    if (letter.tries + 1 < mostTries) {
      wait(letter, 1000 * 2 ** letter.tries, letter.tries + 1)
      return
    }
    options.onTold(letter.id)
    options.log.warn({ event: letter.id, problem }, 'The simulator gives up on a webhook.')
  }
}
