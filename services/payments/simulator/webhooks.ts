// Tells the shop over real HTTP what happened at the simulated bank, some time after it happened, as real providers do. What
// does not arrive is sent again with back-off. It has a bounded queue and never delays a payment, unless told to misbehave.
import type { SimulatorSwitches } from '@souk/contracts/payments'
import { Pool } from 'undici'
import type { Log } from './log.ts'
import { sign } from './signature.ts'

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
const mostUnderWay = 8
const mostTries = 10
const usualDelayMs = 50
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
  const queue: Waiting[] = []
  const underWay = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let sent = 0
  let dropped = 0
  let closing = false

  return {
    async send(letter, switches) {
      sent += 1
      const { webhooks, webhookDelayMs } = switches
      if (webhooks === 'lost') return options.onTold(letter.id)
      if (webhooks === 'before-reply') return deliver({ ...letter, dueAt: 0, tries: 0 })
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
    queue.push({ id, body, tries, dueAt: Date.now() + delayMs })
    wake()
  }

  function wake(): void {
    if (timer || closing || queue.length === 0 || underWay.size >= mostUnderWay) return
    const next = Math.min(...queue.map((one) => one.dueAt))
    // A little later than needed, so that several leave together.
    timer = setTimeout(sendDue, Math.max(5, next - Date.now()))
    timer.unref()
  }

  function sendDue(): void {
    timer = undefined
    const now = Date.now()
    for (let index = 0; index < queue.length && underWay.size < mostUnderWay; ) {
      if ((queue[index] as Waiting).dueAt > now) index += 1
      else start(queue.splice(index, 1)[0] as Waiting)
    }
    wake()
  }

  function start(letter: Waiting): void {
    const delivery = deliver(letter).finally(() => {
      underWay.delete(delivery)
      if (queue.length > 0) sendDue()
    })
    underWay.add(delivery)
  }

  /** One try. Never throws: what fails waits for its next try. */
  async function deliver(letter: Waiting): Promise<void> {
    let problem: string
    try {
      const response = await pool.request({
        method: 'POST',
        path: target.pathname,
        headers: {
          'content-type': 'application/json',
          'souk-signature': sign(options.secret, letter.body, new Date()),
        },
        body: letter.body,
      })
      await response.body.dump()
      if (response.statusCode < 300) return options.onTold(letter.id)
      problem = `status ${response.statusCode}`
    } catch (error) {
      problem = String(error)
    }
    if (letter.tries + 1 < mostTries) return wait(letter, 1000 * 2 ** letter.tries, letter.tries + 1)
    options.onTold(letter.id)
    options.log.warn({ event: letter.id, problem }, 'The simulator gives up on a webhook.')
  }
}
