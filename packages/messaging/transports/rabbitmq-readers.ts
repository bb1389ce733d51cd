// Readers of RabbitMQ, which subscribe again whenever their channel ends, and the tail, which reads from a queue of its own.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Envelope } from '../envelope.ts'
import { closeChannel, type KeptConnection, pauseAfter } from './rabbitmq-connection.ts'
import type { RabbitSettings } from './rabbitmq-settings.ts'
import { declareExchange } from './rabbitmq-topology.ts'
import { type Log, type Subscription, WrongBroker } from './transport.ts'

const readySeconds = 60

export interface ReaderParts {
  settings: RabbitSettings
  connection: KeptConnection
  log: Log
}

export interface Reader extends Subscription {
  /** Resolves when it has subscribed for the first time. Rejects when that is impossible, or takes longer than a minute. */
  ready: Promise<void>
}

/** A channel with which a reader reads until one of them ends. */
export interface Session {
  channel: Channel
  /** Aborts when the reader is closed, or the channel or its queue is gone. */
  ending: AbortSignal
  /** Ends this session; the reader subscribes again. */
  end(): void
  subscribed(): void
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
      if (!ending.aborted) envelopeIn(message, log).forEach(listener)
    }
    await channel.consume(queue, receive, { noAck: true })
    if (!isFirst) missed()
    isFirst = false
    subscribed()
    await aborted(ending)
  })
}

/** Runs sessions, one after the other, until the reader is closed. `name` is for the log. */
export function startReader(
  { connection, log }: ReaderParts,
  name: string,
  session: (session: Session) => Promise<void>,
): Reader {
  const stopping = new AbortController()
  const { promise: ready, resolve: subscribed, reject: refuse } = Promise.withResolvers<void>()

  async function read(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel()
    const ending = new AbortController()
    const end = () => ending.abort()
    channel.on('error', (error) => log.warn({ group: name, error: String(error) }, 'RabbitMQ ended a reader.'))
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
        if (error instanceof WrongBroker) refuse(error)
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
  const stopTimer = () => clearTimeout(timer)
  ready.then(stopTimer, stopTimer)
  return {
    ready,
    async close() {
      stopping.abort()
      refuse(new Error('The subscription was closed.'))
      await ended
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve())
    if (signal.aborted) resolve()
  })
}

/** An empty list for what is no JSON: somebody else has published it, and nobody could ever handle it. */
export function envelopeIn({ content, fields, properties }: ConsumeMessage, log: Log): Envelope[] {
  try {
    return [JSON.parse(content.toString()) as Envelope]
  } catch (error) {
    const about = { type: fields.routingKey, eventId: properties.messageId, error: String(error) }
    log.error(about, 'A message on RabbitMQ is not JSON, so it is left out.')
    return []
  }
}
