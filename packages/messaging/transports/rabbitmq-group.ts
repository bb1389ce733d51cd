// Reads the queue of a group from RabbitMQ, one batch at a time.
import type { Channel, ConsumeMessage } from 'amqplib'
import type { Envelope } from '../envelope.ts'
import { pauseAfter } from './rabbitmq-connection.ts'
import { envelopeIn, type Reader, type ReaderParts, type Session, startReader } from './rabbitmq-readers.ts'
import { declareExchange, declareGroup, queueOf } from './rabbitmq-topology.ts'

/** The server sends so many ahead, which is also the most that a batch holds. */
const batchSize = 200
/** The server closes a channel that holds a message for half an hour; a batch that fails for so long is given back before. */
const giveBackMs = 600_000

export interface GroupReader extends Reader {
  group: string
  /** How many messages of the group no reader has, or this one has and has not handled yet. */
  unread(): Promise<number>
}

interface Subscriber {
  group: string
  types: readonly string[]
  deliver: (batch: Envelope[]) => Promise<void>
}

/** What has arrived on a channel. */
interface Arrivals {
  waiting: ConsumeMessage[]
  inHand: ConsumeMessage[]
  wake(): void
}

/** Reads for a group. Of all readers of a group, the server lets one read, and another when the channel of that one is gone. */
export function startGroupReader(parts: ReaderParts, subscriber: Subscriber): GroupReader {
  const { settings, log } = parts
  const { group, types } = subscriber
  const queue = queueOf(settings, group)
  const deliverUntilDone = delivery(subscriber, parts)
  let open: { channel: Channel; arrivals: Arrivals } | undefined

  async function receive({ channel, end }: Session, arrivals: Arrivals): Promise<void> {
    await declareExchange(channel, settings)
    await declareGroup(channel, settings, group, types)
    await channel.prefetch(batchSize)
    await channel.consume(queue, (message) => {
      if (message) arrivals.waiting.push(message)
      else {
        const sentence =
          'A queue of RabbitMQ was deleted while it was read, and is declared again. What it held is lost to its group until it is sent again (npm run redrive).'
        log.error({ queue }, sentence)
        end()
      }
      arrivals.wake()
    })
  }
  const reader = startReader(parts, group, async (session) => {
    const { channel, ending } = session
    const arrivals: Arrivals = { waiting: [], inHand: [], wake: () => {} }
    ending.addEventListener('abort', () => arrivals.wake())
    await receive(session, arrivals)
    open = { channel, arrivals }
    session.subscribed()
    try {
      while (!ending.aborted) {
        if (arrivals.waiting.length === 0) await new Promise<void>((resolve) => (arrivals.wake = resolve))
        arrivals.inHand = arrivals.waiting.splice(0, batchSize)
        const last = arrivals.inHand.at(-1)
        if (!last) continue
        if (!(await deliverUntilDone(arrivals.inHand, ending))) return
        acknowledge(channel, last)
        arrivals.inHand = []
      }
    } finally {
      open = undefined
    }
  })

  return {
    ...reader,
    group,
    async unread() {
      if (!open) throw new Error(`There is no connection to the queue ${queue} at the moment.`)
      const { channel, arrivals } = open
      // Messages that are on their way when the first answer is sent arrive before the second answer.
      const { messageCount: first } = await channel.checkQueue(queue)
      const { messageCount: second } = await channel.checkQueue(queue)
      return Math.max(first, second + arrivals.waiting.length + arrivals.inHand.length)
    },
  }
}

/**
 * Returns a function that delivers a batch until that succeeds. It returns false when the batch must come again from the server, because
 * its channel is gone, the reader is closed, or it failed for too long.
 */
function delivery({ group, types, deliver }: Subscriber, { log }: ReaderParts) {
  const wanted = new Set(types)
  let failures = 0
  return async (messages: readonly ConsumeMessage[], ending: AbortSignal): Promise<boolean> => {
    const batch = messages.filter(({ fields }) => wanted.has(fields.routingKey)).flatMap((one) => envelopeIn(one, log))
    const giveBackAt = Date.now() + giveBackMs
    for (;;) {
      try {
        if (batch.length > 0) await deliver(batch)
        failures = 0
        return true
      } catch (error) {
        log.warn({ group, error: String(error) }, 'Messages could not be delivered; they are delivered again.')
        await pauseAfter(failures, ending)
        failures += 1
        if (ending.aborted || Date.now() > giveBackAt) return false
      }
    }
  }
}

function acknowledge(channel: Channel, last: ConsumeMessage): void {
  try {
    channel.ack(last, true)
  } catch {
    // The channel is gone. The messages come again, and the inbox knows them.
  }
}
