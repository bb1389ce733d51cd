// RabbitMQ as a transport: a topic exchange, and a durable queue for each group, which one member at a time reads, so that the messages
// of each key stay in order (docs/decisions/011-rabbitmq.md).
import type { ChannelModel } from 'amqplib'
import { type KeptConnection, keepConnection, openWithinAMinute } from './rabbitmq-connection.ts'
import { makePublisher } from './rabbitmq-publisher.ts'
import { type GroupReader, type Reader, startGroupReader, startTail } from './rabbitmq-readers.ts'
import { rabbitSettings } from './rabbitmq-settings.ts'
import { countReady, declareTopology, durabilityOf, queueOf } from './rabbitmq-topology.ts'
import type { Subscription, Transport, TransportOptions } from './transport.ts'

/** Between two looks whether somebody has deleted a queue that is not read at the moment. */
const lookMs = 10_000

/** Opens an exchange and its queues at an amqp:// or amqps:// URL. Throws as `openTransport` says. */
export async function rabbitTransport(options: TransportOptions): Promise<Transport> {
  const { log } = options
  const settings = rabbitSettings(options)
  const groups = new Map(options.groups)
  const wanted = new Set([...groups.values()].flat())
  const readers = new Set<Reader>()
  const groupReaders = new Set<GroupReader>()
  let publishing: KeptConnection
  let consuming: KeptConnection | undefined

  const publisher = makePublisher({
    connection: () => publishing,
    exchange: settings.name,
    isWanted: (type) => wanted.has(type),
    declare: (model) => declareTopology(model, settings, groups),
    log,
  })
  const prepare = (model: ChannelModel) =>
    publisher.prepare(model).catch((error) => log.error({ error: String(error) }, 'RabbitMQ cannot be made ready.'))

  const first = await openWithinAMinute(settings, log)
  first.on('error', () => {}) // `close` follows, and keepConnection opens another.
  const state = await publisher
    .prepare(first)
    .then(() => durabilityOf(first, settings, groups))
    .catch(async (error) => {
      await first.close().catch(() => undefined) // What failed before is thrown.
      throw error
    })
  publishing = keepConnection(settings, log, { first, opened: prepare })
  const look = setInterval(() => void lookForQueues(), lookMs)
  look.unref()

  async function lookForQueues(): Promise<void> {
    const model = publishing.current()
    if (!model) return
    try {
      const ready = await countReady(model, queuesOf(groups.keys()))
      const queues = [...ready].flatMap(([queue, count]) => (count === undefined ? [queue] : []))
      if (queues.length === 0) return
      log.error(
        { queues },
        'Queues of RabbitMQ were deleted and are declared again. What they held, and what came since, is lost to their groups until it is sent again (npm run redrive).',
      )
      await declareTopology(model, settings, groups)
    } catch (error) {
      log.warn({ error: String(error) }, 'The queues of RabbitMQ could not be looked at.')
    }
  }
  const queuesOf = (names: Iterable<string>) => [...names].map((group) => queueOf(settings, group))

  const parts = () => {
    consuming ??= keepConnection(settings, log)
    return { settings, log, connection: consuming }
  }
  async function add<One extends Reader>(reader: One, ...lists: Set<One>[]): Promise<Subscription> {
    const all: Set<One>[] = [readers as Set<Reader> as Set<One>, ...lists]
    for (const list of all) list.add(reader)
    const close = async () => {
      for (const list of all) list.delete(reader)
      await reader.close()
    }
    await reader.ready.catch(async (error) => {
      await close()
      throw error
    })
    return { close }
  }

  return {
    name: 'rabbitmq',
    features: { isShared: true, spreadsGroups: false, hasOneOrder: false },
    ...state,
    isConnected: () => publishing.current() !== undefined && (!consuming || consuming.current() !== undefined),
    publish: publisher.publish,
    async subscribe(group, types, deliver) {
      const subscription = await add(startGroupReader(parts(), group, types, deliver), groupReaders)
      groups.set(group, [...new Set([...(groups.get(group) ?? []), ...types])])
      for (const type of types) wanted.add(type)
      return subscription
    },
    tail: (types, listener, missed = () => {}) => add(startTail(parts(), types, listener, missed)),
    async backlog() {
      const model = publishing.current()
      if (!model) throw new Error('There is no connection to RabbitMQ at the moment.')
      const unread = await Promise.all([...groupReaders].map((reader) => reader.unread()))
      const read = new Set([...groupReaders].map(({ group }) => group))
      const others = [...groups.keys()].filter((group) => !read.has(group))
      const ready = await countReady(model, queuesOf(others))
      return Math.max(0, ...unread, ...[...ready.values()].map((count) => count ?? 0))
    },
    async close() {
      clearInterval(look)
      await Promise.all([...readers].map((reader) => reader.close()))
      await consuming?.close()
      await publishing.close()
    },
  }
}
