// Reads from RabbitMQ: the queue of a group, one batch at a time, or as a tail, from a queue of its own.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Envelope } from '../envelope.ts'
import { closeChannel, type KeptConnection, pauseAfter, Refused } from './rabbitmq-connection.ts'
import type { RabbitSettings } from './rabbitmq-settings.ts'
import { declareExchange, declareGroup, queueOf } from './rabbitmq-topology.ts'
import { type Log, type Subscription, WrongBroker } from './transport.ts'

/** What the server sends ahead, which is also the most that a batch holds. */
const batchSize = 200
/** The server gives a channel up that holds a message for half an hour; a batch that fails for so long is given back before. */
const giveBackMs = 600_000
const readySeconds = 60

export interface ReaderParts {
  settings: RabbitSettings
  connection: KeptConnection
  log: Log
}

export interface Reader extends Subscription {
  /** Resolves when it has subscribed for the first time. */
  ready: Promise<void>
}

export interface GroupReader extends Reader {
  group: string
  /** How many messages of the group no reader has, or this one has and has not handled yet. */
  unread(): Promise<number>
}

/** A channel with which a reader reads until one of them ends. */
interface Session {
  channel: Channel
  /** Aborts when the reader is closed, or the channel or its queue is gone. */
  ending: AbortSignal
  /** Ends this session; the reader subscribes again. */
  end(): void
  subscribed(): void
}

/** Reads for a group. Of all readers of a group, the server lets one read. */
export function startGroupReader(
  parts: ReaderParts,
  group: string,
  types: readonly string[],
  deliver: (batch: Envelope[]) => Promise<void>,
): GroupReader {
  const { settings, log } = parts
  const queue = queueOf(settings, group)
  const wanted = new Set(types)
  let arrived: ConsumeMessage[] = []
  let inHand: ConsumeMessage[] = []
  let open: Channel | undefined
  let failures = 0

  const reader = startReader(parts, group, async ({ channel, ending, end, subscribed }) => {
    let wake = () => {}
    ending.addEventListener('abort', () => wake())
    arrived = []
    await declareExchange(channel, settings)
    await declareGroup(channel, settings, group, types)
    await channel.prefetch(batchSize)
    await channel.consume(queue, (message) => {
      if (message) arrived.push(message)
      else endOfQueue()
      wake()
    })
    function endOfQueue() {
      log.error(
        { queue },
        'A queue of RabbitMQ was deleted while it was read. It is declared again; what it held is lost to its group until it is sent again (npm run redrive).',
      )
      end()
    }
    open = channel
    subscribed()
    try {
      while (!ending.aborted) {
        if (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve))
        inHand = arrived.splice(0, batchSize)
        const last = inHand.at(-1)
        if (last && (await deliverUntilDone(envelopesOf(inHand), ending))) acknowledge(channel, last)
        else if (last) return
        inHand = []
      }
    } finally {
      open = undefined
      arrived = []
      inHand = []
    }
  })

  function envelopesOf(messages: readonly ConsumeMessage[]): Envelope[] {
    return messages.filter(({ fields }) => wanted.has(fields.routingKey)).flatMap((message) => parse(message, log))
  }
  /** Returns false when the batch must come again from the server, because its channel is gone or it failed for too long. */
  async function deliverUntilDone(batch: Envelope[], ending: AbortSignal): Promise<boolean> {
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
  return {
    ...reader,
    group,
    async unread() {
      const channel = open
      if (!channel) throw new Error(`There is no connection to the queue ${queue} at the moment.`)
      // What is on its way when the first answer is sent has arrived when the second one does.
      const { messageCount: first } = await channel.checkQueue(queue)
      const { messageCount: second } = await channel.checkQueue(queue)
      return Math.max(first, second + arrived.length + inHand.length)
    },
  }
}

/** Reads for this process alone, from now on. The queue vanishes with the connection; `missed` is called when there is another one. */
export function startTail(
  parts: ReaderParts,
  types: readonly string[],
  listener: (envelope: Envelope) => void,
  missed: () => void,
): Reader {
  const { settings, log } = parts
  let isFirst = true
  return startReader(parts, 'tail', async ({ channel, ending, end, subscribed }) => {
    await declareExchange(channel, settings)
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false })
    for (const type of types) await channel.bindQueue(queue, settings.name, type)
    const receive = (message: ConsumeMessage | null) => {
      if (!message) return end()
      if (!ending.aborted) parse(message, log).forEach(listener)
    }
    await channel.consume(queue, receive, { noAck: true })
    if (!isFirst) missed()
    isFirst = false
    subscribed()
    if (!ending.aborted) await new Promise<void>((resolve) => ending.addEventListener('abort', () => resolve()))
  })
}

/** Runs sessions, one after the other, until the reader is closed. */
function startReader(
  { connection, log }: ReaderParts,
  name: string,
  session: (session: Session) => Promise<void>,
): Reader {
  const stopping = new AbortController()
  const { promise: ready, resolve: subscribed, reject: refuse } = Promise.withResolvers<void>()
  ready.catch(() => {}) // The one who subscribes waits for it; a reader that is closed before has nobody.

  async function read(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel()
    const ending = new AbortController()
    const end = () => ending.abort()
    channel.on('error', (error) =>
      log.warn({ group: name, error: String(error) }, 'RabbitMQ ended the channel of a reader.'),
    )
    channel.on('close', end)
    stopping.signal.addEventListener('abort', end)
    if (stopping.signal.aborted) end()
    try {
      await session({ channel, ending: ending.signal, end, subscribed })
    } finally {
      stopping.signal.removeEventListener('abort', end)
      await closeChannel(channel)
    }
  }
  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const model = await connection.next(stopping.signal)
      if (!model) return
      try {
        await read(model)
        failures = 0
      } catch (error) {
        if (error instanceof WrongBroker || error instanceof Refused) refuse(error)
        log.warn({ group: name, error: String(error) }, 'A reader of RabbitMQ failed and subscribes again.')
        await pauseAfter(failures++, stopping.signal)
      }
    }
  }
  const ended = run()
  const timer = setTimeout(
    () => refuse(new Error(`RabbitMQ cannot be reached within ${readySeconds} seconds.`)),
    readySeconds * 1000,
  )
  ready.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  )
  return {
    ready,
    async close() {
      stopping.abort()
      refuse(new Error('The subscription was closed.'))
      await ended
    },
  }
}

/** The channel may be gone. Then the messages come again. */
function acknowledge(channel: Channel, last: ConsumeMessage): void {
  try {
    channel.ack(last, true)
  } catch {}
}

/** An empty list for what is no envelope: someone else has published it, and nobody could ever handle it. */
function parse({ content, fields, properties }: ConsumeMessage, log: Log): Envelope[] {
  try {
    return [JSON.parse(content.toString()) as Envelope]
  } catch (error) {
    log.error(
      { type: fields.routingKey, eventId: properties.messageId, error: String(error) },
      'A message on RabbitMQ is not JSON, so it is left out.',
    )
    return []
  }
}
