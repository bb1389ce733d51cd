// A transport in memory: one process, gone at its end. For tests.
import type { Envelope } from '../envelope.ts'
import type { SerializedMessage, Transport } from './transport.ts'

export interface MemoryTransport extends Transport {
  /** Everything that was published so far. */
  readonly log: readonly SerializedMessage[]
}

/** A new, empty transport. */
export function memoryTransport(): MemoryTransport {
  const log: SerializedMessage[] = []
  const groups = new Map<string, number>()
  const wakers = new Set<() => void>()
  const tails = new Set<(message: SerializedMessage) => void>()
  let closed = false

  return {
    name: 'memory',
    features: { isShared: false, spreadsGroups: false, hasOneOrder: true },
    durability: 'none',
    durabilityReason: 'Messages lie in the memory of this process.',
    isConnected: () => !closed,
    log,
    async publish(messages) {
      log.push(...messages)
      for (const message of messages) for (const tail of tails) tail(message)
      for (const wake of wakers) wake()
      return new Set(messages.map((message) => message.id))
    },
    async subscribe(group, types, deliver) {
      if (!groups.has(group)) groups.set(group, log.length)
      let stopping = false
      let working: Promise<void> | undefined
      const work = async () => {
        while (!stopping && !closed) {
          const from = groups.get(group) ?? 0
          if (from >= log.length) return
          const to = Math.min(log.length, from + 100)
          const batch = log.slice(from, to).filter((message) => types.includes(message.type))
          try {
            if (batch.length > 0) await deliver(batch.map((message) => JSON.parse(message.json) as Envelope))
            groups.set(group, to)
          } catch {
            await new Promise((resolve) => setTimeout(resolve, 20)) // Redelivery, as a broker would.
          }
        }
      }
      const wake = () => {
        working ??= work().finally(() => {
          working = undefined
          if (!stopping && !closed && (groups.get(group) ?? 0) < log.length) wake()
        })
      }
      wakers.add(wake)
      wake()
      return {
        async close() {
          stopping = true
          wakers.delete(wake)
          await working
        },
      }
    },
    async tail(types, listener) {
      const receive = (message: SerializedMessage) => {
        if (types.includes(message.type)) listener(JSON.parse(message.json) as Envelope)
      }
      tails.add(receive)
      return { close: async () => void tails.delete(receive) }
    },
    async backlog() {
      return log.length - Math.min(log.length, ...groups.values())
    },
    async close() {
      closed = true
    },
  }
}
