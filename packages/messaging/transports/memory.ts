// A transport in memory: one process, gone at its end. For tests.
import type { Envelope } from '../envelope.ts'
import { leaveOutOversized } from './oversized.ts'
import type { Groups, Log, SerializedMessage, Subscription, Transport } from './transport.ts'

export interface MemoryTransport extends Transport {
  /** Everything that was published so far. */
  readonly log: readonly SerializedMessage[]
  /** Tells all tails that they may have missed messages, as a broker does that was away. */
  loseMessages(): void
}

/** Pauses before a failed batch comes again, doubled each time. Short, for tests. */
const retryMs = { first: 20, most: 2_000 }
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A new, empty transport, which keeps messages for these groups from the start. */
export function memoryTransport(named: Groups = new Map()): MemoryTransport {
  const log: SerializedMessage[] = []
  const groups = new Map([...named.keys()].map((group) => [group, 0]))
  const wakers = new Set<() => void>()
  const tails = new Map<(message: SerializedMessage) => void, () => void>()
  const subscriptions = new Set<Subscription>()
  const withoutOversized = leaveOutOversized(quiet)
  let closed = false

  return {
    name: 'memory',
    features: { isShared: false, spreadsGroups: false, hasOneOrder: true },
    durability: 'none',
    durabilityReason: 'Messages lie in the memory of this process.',
    isConnected: () => !closed,
    log,
    async publish(messages) {
      const accepted = withoutOversized(messages)
      log.push(...accepted)
      for (const message of accepted) for (const receive of tails.keys()) receive(message)
      for (const wake of wakers) wake()
      return new Set(accepted.map((message) => message.id))
    },
    async subscribe(group, types, deliver) {
      if (!groups.has(group)) groups.set(group, log.length)
      const reader = startReader(log, groups, group, types, deliver)
      wakers.add(reader.wake)
      const subscription = {
        async close() {
          wakers.delete(reader.wake)
          subscriptions.delete(subscription)
          await reader.close()
        },
      }
      subscriptions.add(subscription)
      return subscription
    },
    loseMessages() {
      for (const missed of tails.values()) missed()
    },
    async tail(types, listener, missed = () => undefined) {
      const receive = (message: SerializedMessage) => {
        if (types.includes(message.type)) listener(JSON.parse(message.json) as Envelope)
      }
      tails.set(receive, missed)
      return { close: async () => void tails.delete(receive) }
    },
    async backlog() {
      return log.length - Math.min(log.length, ...groups.values())
    },
    async close() {
      closed = true
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
    },
  }
}

/** Reads the log for a group whenever it is woken. */
function startReader(
  log: readonly SerializedMessage[],
  groups: Map<string, number>,
  group: string,
  types: readonly string[],
  deliver: (batch: Envelope[]) => Promise<void>,
) {
  let isStopping = false
  let working: Promise<void> | undefined
  const position = () => groups.get(group) ?? 0
  async function work(): Promise<void> {
    let retryInMs = retryMs.first
    while (!isStopping && position() < log.length) {
      const to = Math.min(log.length, position() + 100)
      const batch = log.slice(position(), to).filter((message) => types.includes(message.type))
      try {
        if (batch.length > 0) await deliver(batch.map((message) => JSON.parse(message.json) as Envelope))
        groups.set(group, to)
        retryInMs = retryMs.first
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryInMs)) // Redelivery, as a broker would.
        retryInMs = Math.min(2 * retryInMs, retryMs.most)
      }
    }
  }
  function wake(): void {
    working ??= work().finally(() => {
      working = undefined
      if (!isStopping && position() < log.length) wake()
    })
  }
  wake()
  return {
    wake,
    async close() {
      isStopping = true
      await working
    },
  }
}
