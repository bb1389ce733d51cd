// What this process has appended to the bus lately. A reader here who has come so far need not ask the database for it.
import type { Envelope } from '../envelope.ts'
import type { SerializedMessage } from './transport.ts'

const mostFresh = 500

export interface LogRow {
  position: number
  envelope: Envelope | null
}
export interface RecentReader {
  /** The rows right behind this position, without a gap. What all readers have passed is forgotten. */
  after(position: number, types: readonly string[], most: number): LogRow[]
  close(): void
}

export function keepRecentAppends() {
  const byPosition = new Map<number, { type: string; envelope: Envelope }>()
  /** How far each reader has come. */
  const passed = new Map<RecentReader, number>()
  let newest = 0

  function forget(until: number): void {
    for (const position of byPosition.keys()) {
      if (position > until) break
      byPosition.delete(position)
    }
  }

  return {
    keep(last: number, messages: readonly SerializedMessage[]): void {
      messages.forEach(({ type, json }, index) => {
        byPosition.set(last - messages.length + 1 + index, { type, envelope: JSON.parse(json) })
      })
      newest = Math.max(newest, last)
      if (byPosition.size > mostFresh) forget(newest - mostFresh / 2)
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
    isBehind: (position: number) => position < newest,
  }
}
