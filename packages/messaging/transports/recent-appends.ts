// Keeps what this process has appended to the bus lately, so that its own readers need not ask the database for it.
import type { Envelope } from '../envelope.ts'
import type { SerializedMessage } from './transport.ts'

const mostKept = 500

export interface LogRow {
  position: number
  envelope: Envelope | null
}
export interface RecentReader {
  /** At most `most` rows that directly follow this position, without a gap. Rows that all readers have passed are dropped. */
  after(position: number, types: readonly string[], most: number): LogRow[]
  close(): void
}

export type RecentAppends = ReturnType<typeof keepRecentAppends>

/** A cache of recent appends for all readers of one transport. It is not an LRU cache: rows leave in the order of the log. */
export function keepRecentAppends() {
  const byPosition = new Map<number, { type: string; envelope: Envelope }>()
  /** The position of each reader. */
  const passed = new Map<RecentReader, number>()
  let newest = 0

  function forget(until: number): void {
    for (const position of byPosition.keys()) {
      if (position > until) break
      byPosition.delete(position)
    }
  }

  return {
    /** Remembers messages that were appended; `last` is the position of the last of them. */
    keep(last: number, messages: readonly SerializedMessage[]): void {
      messages.forEach(({ type, json }, index) => {
        byPosition.set(last - messages.length + 1 + index, { type, envelope: JSON.parse(json) })
      })
      newest = Math.max(newest, last)
      if (byPosition.size > mostKept) forget(newest - mostKept / 2)
    },
    reader(): RecentReader {
      const reader: RecentReader = {
        after(position, types, most) {
          passed.set(reader, position)
          forget(Math.min(...passed.values()))
          const rows: LogRow[] = []
          for (let at = position + 1; rows.length < most; at++) {
            const found = byPosition.get(at)
            if (!found) break
            rows.push({ position: at, envelope: types.includes(found.type) ? found.envelope : null })
          }
          return rows
        },
        close: () => void passed.delete(reader),
      }
      return reader
    },
    /** True when this process has appended something after this position. */
    isBehind: (position: number) => position < newest,
  }
}
