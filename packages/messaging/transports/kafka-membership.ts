// Membership in a consumer group: joining, heartbeats and leaving.
import { Consumer } from '@platformatic/kafka'
import { type Assignment, handOverMs, startAssignment } from './kafka-assignment.ts'
import { guarded, pauseFor, trouble } from './kafka-clients.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import type { Log, Subscription } from './transport.ts'

/** A member without a heartbeat is replaced after `session`. By their heartbeats, the others learn that one came or left. */
const beatMs = { session: 10_000, interval: 500, margin: 2_000 }
const rebalanceMs = handOverMs + 10_000
const leaveMs = 5_000

export interface Membership extends Subscription {
  /** Resolves when this member knows its partitions for the first time. */
  joined: Promise<void>
  /** Resolves when the brokers have heard from this member lately, so that nobody else has its partitions. */
  isConfirmed(signal: AbortSignal): Promise<void>
}

/** Joins a group, and again whenever that is needed. `read` is called for each assignment of partitions, one at a time. */
export function startMembership(
  settings: KafkaSettings,
  groupId: string,
  read: (assignment: Assignment) => Promise<void>,
  log: Log,
): Membership {
  const { name } = settings
  const stopping = new AbortController()
  const joining = trouble(log, { group: groupId }, 'A member cannot join its group; it tries again.')
  const joined = Promise.withResolvers<void>()
  let lost = Promise.withResolvers<void>()
  let current: Assignment | undefined
  let previous = Promise.resolve()

  const consumer = makeConsumer(settings, groupId, async () => {
    await current?.letGo()
    current = undefined
  })
  const heartbeats = watchHeartbeats(consumer)
  consumer.on('consumer:group:join', ({ assignments = [] }) => {
    heartbeats.confirm()
    joined.resolve()
    if (stopping.signal.aborted) return
    const partitions = assignments.filter(({ topic }) => topic === name).flatMap((one) => one.partitions)
    current = startAssignment({ consumer, topic: name, trouble: joining }, partitions, previous, read)
    previous = current.ended
  })
  consumer.on('error', () => lost.resolve()) // The library could not join again, and does not try any more.

  async function stayJoined(): Promise<void> {
    while (!stopping.signal.aborted) {
      lost = Promise.withResolvers()
      try {
        await consumer.joinGroup({})
        joining.over()
        await lost.promise
      } catch (error) {
        await joining.pause(error, stopping.signal)
      }
    }
  }
  void stayJoined()

  return {
    joined: joined.promise,
    isConfirmed: heartbeats.isConfirmed,
    async close() {
      stopping.abort()
      // Heartbeats go on until the batch in hand is done, however long it takes.
      current?.stop()
      await previous
      await current?.letGo()
      heartbeats.close()
      await Promise.race([consumer.close(true), pauseFor(leaveMs)]).catch(() => undefined) // The brokers notice by the heartbeats.
      await consumer.connections.close()
    },
  }
}

/** `beforeJoin` runs before each request to join, which waits for it. So all members let go before any of them begins. */
function makeConsumer({ name, client }: KafkaSettings, groupId: string, beforeJoin: () => Promise<void>): Consumer {
  const consumer = new Consumer({
    ...client,
    requestTimeout: rebalanceMs + 5_000, // Joining waits until all members of the group do.
    groupId,
    sessionTimeout: beatMs.session,
    heartbeatInterval: beatMs.interval,
    rebalanceTimeout: rebalanceMs,
    autocommit: false,
    async protocolsMetadata() {
      await beforeJoin()
      return Buffer.of()
    },
  })
  consumer.topics.track(name)
  return guarded(consumer)
}

/** Knows when the brokers have last confirmed the membership, and gives up connections on which they do not answer. */
function watchHeartbeats(consumer: Consumer) {
  let sentAt = 0
  let confirmedAt = 0
  let timer: NodeJS.Timeout | undefined
  const longestMs = beatMs.session - beatMs.margin
  consumer.on('consumer:heartbeat:start', () => {
    sentAt = Date.now()
    clearTimeout(timer)
    timer = setTimeout(() => {
      for (const [, connection] of consumer.connections) void connection.close()
    }, longestMs)
  })
  consumer.on('consumer:heartbeat:end', () => {
    clearTimeout(timer)
    confirmedAt = sentAt
  })
  consumer.on('consumer:heartbeat:error', () => clearTimeout(timer))
  return {
    confirm() {
      confirmedAt = Date.now()
    },
    async isConfirmed(signal: AbortSignal) {
      while (Date.now() - confirmedAt > longestMs && !signal.aborted) await pauseFor(50, signal)
    },
    close: () => clearTimeout(timer),
  }
}
