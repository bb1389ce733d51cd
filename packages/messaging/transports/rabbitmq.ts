// RabbitMQ as a transport: a topic exchange, and a durable queue for each group, which one member at a time reads, so that the messages
// of each key stay in order (docs/decisions/011-rabbitmq.md).
import type { ChannelModel } from 'amqplib'
import { type KeptConnection, keepConnection, openWithinAMinute } from './rabbitmq-connection.ts'
import { type GroupReader, startGroupReader } from './rabbitmq-group.ts'
import { makePublisher } from './rabbitmq-publisher.ts'
import { type Reader, startTail } from './rabbitmq-readers.ts'
import { type RabbitSettings, rabbitSettings } from './rabbitmq-settings.ts'
import { countReady, declareTopology, durabilityOf, queueOf } from './rabbitmq-topology.ts'
import type { Groups, Log, Subscription, Transport, TransportOptions } from './transport.ts'

/** Between two looks whether somebody has deleted a queue that is not read at the moment. */
const lookMs = 10_000

/** Opens an exchange and its queues at an amqp:// or amqps:// URL. Throws as `openTransport` says. */
export async function rabbitTransport(options: TransportOptions): Promise<Transport> {
  const { log } = options
  const settings = rabbitSettings(options)
  const groups = new Map(options.groups)
  const readers = new Set<Reader>()
  const groupReaders = new Set<GroupReader>()
  const { publisher, publishing, ...state } = await openPublisher(settings, groups, log)
  const stopWatching = watchQueues(publishing, settings, groups, log)
  let consuming: KeptConnection | undefined
  const parts = () => {
    consuming ??= keepConnection(settings, log)
    return { settings, log, connection: consuming }
  }
  async function whenReady(reader: Reader): Promise<Subscription> {
    readers.add(reader)
    const close = async () => {
      readers.delete(reader)
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
      const reader = startGroupReader(parts(), { group, types, deliver })
      const subscription = await whenReady(reader)
      groups.set(group, [...new Set([...(groups.get(group) ?? []), ...types])])
      groupReaders.add(reader)
      return {
        async close() {
          groupReaders.delete(reader)
          await subscription.close()
        },
      }
    },
    tail: (types, listener, missed = () => {}) => whenReady(startTail(parts(), types, listener, missed)),
    async backlog() {
      const model = publishing.current()
      if (!model) throw new Error('There is no connection to RabbitMQ at the moment.')
      const read = new Set([...groupReaders].map(({ group }) => group))
      const others = [...groups.keys()].filter((group) => !read.has(group))
      const unread = await Promise.all([...groupReaders].map((reader) => reader.unread()))
      const ready = await countReady(model, queuesOf(others, settings))
      return Math.max(0, ...unread, ...[...ready.values()].map((count) => count ?? 0))
    },
    async close() {
      stopWatching()
      await Promise.all([...readers].map((reader) => reader.close()))
      await consuming?.close()
      await publishing.close()
    },
  }
}

/** Connects, declares what the groups need, and keeps both so. */
async function openPublisher(settings: RabbitSettings, groups: Groups, log: Log) {
  const first = await openWithinAMinute(settings, log)
  first.on('error', () => {}) // `close` follows, and keepConnection opens another one.
  let publishing: KeptConnection | undefined
  const publisher = makePublisher({
    connection: () => publishing as KeptConnection, // It is set before anybody publishes.
    exchange: settings.name,
    isWanted: (type) => [...groups.values()].some((types) => types.includes(type)),
    declare: (model) => declareTopology(model, settings, groups),
    log,
  })
  const prepare = (model: ChannelModel) => {
    publisher.prepare(model).catch((error) => log.error({ error: String(error) }, 'RabbitMQ cannot be made ready.'))
  }
  try {
    await publisher.prepare(first)
    const state = await durabilityOf(first, settings, groups)
    publishing = keepConnection(settings, log, { first, opened: prepare })
    return { publisher, publishing, ...state }
  } catch (error) {
    await first.close().catch(() => undefined) // What failed before is thrown.
    throw error
  }
}

/** Looks from time to time whether a queue was deleted, and declares it again. Returns what ends that. */
function watchQueues(publishing: KeptConnection, settings: RabbitSettings, groups: Groups, log: Log): () => void {
  async function look(): Promise<void> {
    const model = publishing.current()
    if (!model) return
    const ready = await countReady(model, queuesOf(groups.keys(), settings))
    const queues = [...ready].flatMap(([queue, count]) => (count === undefined ? [queue] : []))
    if (queues.length === 0) return
    const sentence =
      'Queues of RabbitMQ were deleted, and are declared again. What they held, and what came since, is lost to their groups until it is sent again (npm run redrive).'
    log.error({ queues }, sentence)
    await declareTopology(model, settings, groups)
  }
  const timer = setInterval(() => {
    look().catch((error) => log.warn({ error: String(error) }, 'The queues of RabbitMQ could not be looked at.'))
  }, lookMs)
  timer.unref()
  return () => clearInterval(timer)
}

function queuesOf(groups: Iterable<string>, settings: RabbitSettings): string[] {
  return [...groups].map((group) => queueOf(settings, group))
}
