// A transport inside one process that forgets everything at its end. For tests.
import type { Envelope } from './envelope.ts'
import type { Parcel, Transport } from './transport.ts'

export interface MemoryTransport extends Transport {
  /** Everything published so far, for tests to look at. */
  readonly log: readonly Parcel[]
}

export function memoryTransport(): MemoryTransport {
  const log: Parcel[] = []
  const groups = new Map<string, number>()
  const wakers = new Set<() => void>()
  const tails = new Set<(parcel: Parcel) => void>()
  let closed = false

  return {
    name: 'memory',
    durability: 'none',
    log,
    async publish(parcels) {
      log.push(...parcels)
      for (const parcel of parcels) for (const tail of tails) tail(parcel)
      for (const wake of wakers) wake()
      return new Set(parcels.map((parcel) => parcel.id))
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
          const batch = log.slice(from, to).filter((parcel) => types.includes(parcel.type))
          try {
            if (batch.length > 0) await deliver(batch.map((parcel) => JSON.parse(parcel.json) as Envelope))
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
      const hear = (parcel: Parcel) => {
        if (types.includes(parcel.type)) listener(JSON.parse(parcel.json) as Envelope)
      }
      tails.add(hear)
      return { close: async () => void tails.delete(hear) }
    },
    async backlog() {
      return log.length - Math.min(log.length, ...groups.values())
    },
    async close() {
      closed = true
    },
  }
}
