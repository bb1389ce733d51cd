// Kafka as a transport: one topic, whose partitions keep the order of keys, and a consumer group for each group
// (docs/decisions/012-kafka.md). Each member of a group has some of the partitions.
import { Admin, type Producer } from '@platformatic/kafka'
import { guarded, pauseFor, rootOf, trouble } from './kafka-clients.ts'
import { subscribeGroup } from './kafka-group.ts'
import { backlogOf, startGroups } from './kafka-positions.ts'
import { startProducer } from './kafka-producer.ts'
import { type KafkaSettings, kafkaSettings } from './kafka-settings.ts'
import { startTail } from './kafka-tail.ts'
import { isTopicMissing, prepareTopic, type TopicState } from './kafka-topic.ts'
import { type Log, type Subscription, type Transport, type TransportOptions, WrongBroker } from './transport.ts'

const openSeconds = 60
/** Until an attempt to open is given up. Seen once: a call of the library that never ended. */
const attemptSeconds = 20
/** Between two questions to the brokers whether they are there. */
const askMs = 3_000

/** Opens the topic at a kafka:// or kafkas:// URL. Throws as `openTransport` says. */
export async function kafkaTransport(options: TransportOptions): Promise<Transport> {
  const { log, groups: named = new Map() } = options
  const settings = kafkaSettings(options)
  const { name } = settings
  const admin = guarded(new Admin(settings.client))
  const groupId = (group: string) => `${name}.${group}`
  const groups = new Set([...named.keys()].map(groupId))
  const subscriptions = new Set<Subscription>()
  const stopping = new AbortController()

  async function prepare(from: 'now' | 'oldest'): Promise<TopicState> {
    const state = await prepareTopic(admin, settings)
    await startGroups(admin, name, [...groups], from, log)
    return state
  }
  /** Tries until it succeeds, or the transport is closed. */
  async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
    const failing = trouble(log, {}, 'Kafka cannot be asked; it is asked again.')
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (stopping.signal.aborted) throw error
        await failing.pause(error, stopping.signal)
      }
    }
  }
  function add(subscription: Subscription): Subscription {
    subscriptions.add(subscription)
    return {
      async close() {
        subscriptions.delete(subscription)
        await subscription.close()
      },
    }
  }

  const state = await whenReachable(() => prepare('now'), settings, log).catch(async (error) => {
    await admin.close()
    throw error
  })
  let askNow = () => {}
  const producer = startProducer(settings, log, () => askNow())
  const watch = watchBrokers(producer.client, name, () => prepare('oldest'), log)
  askNow = watch.askNow

  return {
    name: 'kafka',
    features: { isShared: true, spreadsGroups: true, hasOneOrder: false },
    ...state,
    isConnected: watch.isConnected,
    publish: producer.publish,
    async subscribe(group, types, deliver) {
      groups.add(groupId(group))
      await insist(() => startGroups(admin, name, [groupId(group)], 'now', log))
      return add(await subscribeGroup(settings, group, types, deliver, log))
    },
    async tail(types, listener, missed = () => {}) {
      return add(await insist(() => startTail(settings, admin, types, listener, missed, log)))
    },
    backlog: () => backlogOf(admin, name, [...groups]),
    async close() {
      stopping.abort()
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
      await watch.close()
      await producer.close()
      await admin.close()
    },
  }
}

/** Tries for a minute. What waiting does not mend is thrown at once. */
async function whenReachable<Result>(
  work: () => Promise<Result>,
  { brokers }: KafkaSettings,
  log: Log,
): Promise<Result> {
  const deadline = Date.now() + openSeconds * 1000
  for (let tries = 0; ; tries++) {
    const giveUp = new AbortController()
    try {
      return await Promise.race([work(), noAnswerAfter(attemptSeconds, giveUp.signal)])
    } catch (error) {
      if (error instanceof WrongBroker) throw error
      const refusal = refusalOf(error)
      if (refusal) throw new Error(`Kafka at ${brokers} refuses the connection: ${refusal}`)
      if (Date.now() > deadline)
        throw new Error(`Kafka at ${brokers} cannot be reached within ${openSeconds} seconds: ${rootOf(error)}`)
      if (tries === 2) log.info({ brokers, error: rootOf(error) }, 'Kafka cannot be reached yet.')
      await pauseFor(250 + Math.random() * 500)
    } finally {
      giveUp.abort()
    }
  }
}

async function noAnswerAfter(seconds: number, signal: AbortSignal): Promise<never> {
  await pauseFor(seconds * 1000, signal)
  throw new Error(`there was no answer within ${seconds} seconds`)
}

/** What an error of the library may have. */
interface Described extends Error {
  errors?: unknown[]
  apiId?: string
}

/** Why the brokers, or we, refuse a connection for good: the password, or a certificate. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errors = [], cause, message, apiId = '' } = error as Described
  if (/^(SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM)$/.test(apiId))
    return 'the user, the password or the SASL mechanism is wrong.'
  if (/certificate|altnames|self-signed|requires TLS/i.test(message)) return message
  return [cause, ...errors].map(refusalOf).find((reason) => reason !== undefined)
}

/** Knows whether the brokers answer, and makes the topic again when it has vanished. */
function watchBrokers(client: Producer, topic: string, prepare: () => Promise<unknown>, log: Log) {
  const stopping = new AbortController()
  let sleeping = new AbortController()
  let isConnected = true
  const askNow = () => sleeping.abort()
  client.on('client:broker:disconnect', () => {
    isConnected = false
    askNow()
  })
  let topicId: string | undefined
  async function ask(): Promise<void> {
    const found = await client.metadata({ topics: [topic], forceUpdate: true }).catch((error) => {
      if (isTopicMissing(error)) return undefined
      throw error
    })
    const id = found?.topics.get(topic)?.id
    topicId ??= id
    if (id !== undefined && id === topicId) return
    log.warn({ topic }, 'The topic was deleted; it is made anew, and all groups begin with its oldest message.')
    await prepare()
    topicId = undefined
  }
  async function watch(): Promise<void> {
    const failing = trouble(log, {}, 'Kafka does not answer; it is asked again.')
    while (!stopping.signal.aborted) {
      try {
        await ask()
        isConnected = true
        failing.over()
        sleeping = new AbortController()
        await pauseFor(askMs, AbortSignal.any([sleeping.signal, stopping.signal]))
      } catch (error) {
        isConnected = false
        await failing.pause(error, stopping.signal)
      }
    }
  }
  const ended = watch()
  return {
    isConnected: () => isConnected && !stopping.signal.aborted,
    askNow,
    async close() {
      stopping.abort()
      await ended
    },
  }
}
