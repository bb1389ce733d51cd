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
  channel: ConfirmChannel
  returned: Set<string>
}

export function makePublisher({ connection, exchange, isWanted, declare, log }: PublisherParts): Publisher {
  const withoutOversized = leaveOutOversized(log)
  const lineOf = keepLine(declare, log)

  async function declareAgain(model: ChannelModel, { returned }: Line): Promise<void> {
    const sentence = 'A queue of RabbitMQ was missing. It is declared again, then the messages are published again.'
    log.error({ messages: returned.size }, sentence)
    returned.clear()
    await declare(model)
  }
  return {
    async publish(messages) {
      const accepted = withoutOversized(messages)
      const kept = connection()
      const model = kept.current()
      if (accepted.length === 0 || !model || (kept.isBlocked() && !(await isTakenAgain(kept, model)))) return new Set()
      try {
        const line = await lineOf(model)
        const send = (message: SerializedMessage) => store(line, exchange, message, isWanted(message.type))
        const confirmed = await storeInLanes(accepted, send, () => kept.isBlocked() || kept.giveUp(model))
        if (line.returned.size > 0) await declareAgain(model, line)
        return confirmed
      } catch (error) {
        log.warn({ error: String(error) }, 'RabbitMQ does not store messages now; they are published again.')
        return new Set()
      }
    },
    prepare: async (model) => void (await lineOf(model)),
  }
}

/** Returns a function that gives the channel of a connection. What it needs is declared before it is opened. */
function keepLine(declare: (model: ChannelModel) => Promise<void>, log: Log): (model: ChannelModel) => Promise<Line> {
  let kept: { model: ChannelModel; line: Promise<Line> } | undefined

  async function open(model: ChannelModel): Promise<Line> {
    await declare(model)
    const channel = await model.createConfirmChannel()
    const returned = new Set<string>()
    channel.on('error', (error) => log.warn({ error: String(error) }, 'RabbitMQ ended a channel; another is opened.'))
    channel.on('return', ({ properties }) => returned.add(properties.messageId))
    return { channel, returned }
  }
  return (model) => {
    if (kept?.model === model) return kept.line
    const mine = { model, line: open(model) }
    kept = mine
    const forget = () => {
      if (kept === mine) kept = undefined
    }
    mine.line.then(({ channel }) => channel.on('close', forget), forget)
    return mine.line
  }
}

/**
 * Resolves with true when the server has stored a message in each queue that is bound to its type. `mandatory`: there must be one;
 * otherwise the server gives the message back, and confirms it afterwards.
 */
function store(
  { channel, returned }: Line,
  exchange: string,
  { id, type, json }: SerializedMessage,
  mandatory: boolean,
): Promise<boolean> {
  const options = { persistent: true, mandatory, messageId: id, contentType: 'application/cloudevents+json' }
  return new Promise((resolve) => {
    try {
      channel.publish(exchange, type, Buffer.from(json), options, (error) => resolve(!error && !returned.has(id)))
    } catch {
      resolve(false) // The channel is closed.
    }
  })
}

/**
 * A message is sent when the one before it of the same key is confirmed, so that none overtakes another that is refused, given back or
 * lost with the connection. Messages of different keys are sent at once. `onSilence`: the server confirms nothing any more.
 */
async function storeInLanes(
  messages: readonly SerializedMessage[],
  send: (message: SerializedMessage) => Promise<boolean>,
  onSilence: () => void,
): Promise<Set<string>> {
  const confirmed = new Set<string>()
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isOver = true
      onSilence()
      resolve()
    }, silenceMs)
  })
  async function sendLane(lane: readonly SerializedMessage[]): Promise<void> {
    for (const message of lane) {
      if (isOver || !(await send(message)) || isOver) return
      confirmed.add(message.id)
      timer?.refresh()
    }
  }
  const lanes = Map.groupBy(messages, ({ key }) => key)
  await Promise.race([Promise.all([...lanes.values()].map(sendLane)), silence])
  clearTimeout(timer)
  return confirmed
}

/** Waits until a blocked server takes messages again, but not for longer than a publisher waits. */
async function isTakenAgain(kept: KeptConnection, model: ChannelModel): Promise<boolean> {
  for (const until = Date.now() + silenceMs; kept.isBlocked() && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 50))
  return !kept.isBlocked() && kept.current() === model
}
