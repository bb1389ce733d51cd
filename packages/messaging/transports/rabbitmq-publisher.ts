// Publishes to RabbitMQ, and knows of each message whether the server has stored it.
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import { leaveOutOversized } from './oversized.ts'
import type { KeptConnection } from './rabbitmq-connection.ts'
import type { Log, SerializedMessage } from './transport.ts'

/** While the server is blocked or confirms nothing for so long, publishing ends without confirmation. */
const silenceMs = 10_000

export interface Publisher {
  publish(messages: readonly SerializedMessage[]): Promise<ReadonlySet<string>>
  /** Makes a new connection ready: declares what is missing, and opens a channel. Rejects when that fails. */
  prepare(model: ChannelModel): Promise<void>
}

interface PublisherParts {
  connection: () => KeptConnection
  exchange: string
  /** True for a type that a known group reads: a message of it must reach a queue. */
  isWanted: (type: string) => boolean
  declare: (model: ChannelModel) => Promise<void>
  log: Log
}

/** A channel of a connection, and the ids of messages that it gave back because no queue takes them. */
interface Line {
  model: ChannelModel
  channel: ConfirmChannel
  returned: Set<string>
}

export function makePublisher({ connection, exchange, isWanted, declare, log }: PublisherParts): Publisher {
  const withoutOversized = leaveOutOversized(log)
  let opening: { model: ChannelModel; line: Promise<Line> } | undefined

  /** The channel of a connection. What it needs is declared before it is opened. */
  function lineOf(model: ChannelModel): Promise<Line> {
    if (opening?.model === model) return opening.line
    const line = open(model)
    const mine = { model, line }
    opening = mine
    const forget = () => {
      if (opening === mine) opening = undefined
    }
    line.then(({ channel }) => channel.on('close', forget), forget)
    return line
  }
  async function open(model: ChannelModel): Promise<Line> {
    await declare(model)
    const channel = await model.createConfirmChannel()
    const returned = new Set<string>()
    channel.on('error', (error) =>
      log.warn({ error: String(error) }, 'RabbitMQ ended a channel; another one is opened.'),
    )
    channel.on('return', ({ properties }) => returned.add(properties.messageId))
    return { model, channel, returned }
  }

  /** Resolves with true when the server has stored the message in each queue that it belongs to. */
  function store({ channel, returned }: Line, { id, type, json }: SerializedMessage): Promise<boolean> {
    const mandatory = isWanted(type)
    const options = { persistent: true, mandatory, messageId: id, contentType: 'application/cloudevents+json' }
    return new Promise((resolve) => {
      try {
        // A message without a queue is given back, and confirmed afterwards.
        channel.publish(exchange, type, Buffer.from(json), options, (error) => resolve(!error && !returned.has(id)))
      } catch {
        resolve(false) // The channel is closed.
      }
    })
  }

  /**
   * A message is sent when the one before it of the same key is confirmed, so that none overtakes another that is refused, given back or
   * lost with the connection. Messages of different keys are sent at once.
   */
  async function storeInLanes(line: Line, messages: readonly SerializedMessage[]): Promise<Set<string>> {
    const confirmed = new Set<string>()
    let isOver = false
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isOver = true
        if (!connection().isBlocked()) connection().giveUp()
        resolve()
      }, silenceMs)
    })
    async function storeLane(lane: readonly SerializedMessage[]): Promise<void> {
      for (const message of lane) {
        if (isOver || !(await store(line, message)) || isOver) return
        confirmed.add(message.id)
        timer?.refresh()
      }
    }
    const lanes = Map.groupBy(messages, ({ key }) => key)
    await Promise.race([Promise.all([...lanes.values()].map(storeLane)), silence])
    clearTimeout(timer)
    return confirmed
  }

  async function publish(messages: readonly SerializedMessage[]): Promise<ReadonlySet<string>> {
    const accepted = withoutOversized(messages)
    const kept = connection()
    const model = kept.current()
    if (accepted.length === 0 || !model || (kept.isBlocked() && !(await isTakenAgain(kept, model)))) return new Set()
    try {
      const line = await lineOf(model)
      const confirmed = await storeInLanes(line, accepted)
      if (line.returned.size > 0) await declareAgain(line)
      return confirmed
    } catch (error) {
      log.warn({ error: String(error) }, 'RabbitMQ does not store messages now; they are published again.')
      return new Set()
    }
  }
  async function declareAgain({ model, returned }: Line): Promise<void> {
    log.error(
      { messages: returned.size },
      'A queue of RabbitMQ was missing. It is declared again, then the messages are published again.',
    )
    returned.clear()
    await declare(model)
  }
  return { publish, prepare: async (model) => void (await lineOf(model)) }
}

/** Waits until a blocked server takes messages again, but not for longer than a publisher waits. */
async function isTakenAgain(kept: KeptConnection, model: ChannelModel): Promise<boolean> {
  for (const until = Date.now() + silenceMs; kept.isBlocked() && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 50))
  return !kept.isBlocked() && kept.current() === model
}
