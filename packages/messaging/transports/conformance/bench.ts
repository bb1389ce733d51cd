// What the cases of the conformance suite share: the broker that they run on, messages, readers that collect, and waiting.
import { randomUUIDv7 } from 'node:crypto'
import type { Envelope } from '../../envelope.ts'
import type { Groups, SerializedMessage, Subscription, Transport } from '../transport.ts'

/** A broker to try a transport on. */
export interface Bench {
  /** Another member of the same broker, as another process would open it. */
  open(groups?: Groups): Promise<Transport>
  /** Opens the same messages in another process. Needed when the transport's features say `isShared`. */
  url?: string
  /** The broker's process, if it has one of its own. */
  broker?: {
    /** SIGKILL, and waits until it is gone. */
    kill(): Promise<void>
    /** Starts it on the same data and port, and waits until it answers. Does nothing while it runs. */
    start(): Promise<void>
  }
  /** Ends the broker after all members are closed. */
  end(): Promise<void>
}

/** What a file of cases gets: the bench, and one member that all cases share. */
export interface Subject {
  bench: Bench
  transport: Transport
}

export const type = 'orders.order-placed'
export const otherType = 'orders.order-shipped'
let next = 0

/** A name that no other case uses, for a group or a key. */
export const unused = (what: string) => `${what}-${next++}`

/** New messages. Their numbers grow, so that order can be seen. */
export function messages(
  count: number,
  { key = 'k', of = type, text }: { key?: string; of?: string; text?: string } = {},
): SerializedMessage[] {
  return Array.from({ length: count }, () => {
    const id = randomUUIDv7()
    const data = { number: next++, ...(text === undefined ? {} : { text }) }
    return { id, type: of, key, json: JSON.stringify({ specversion: '1.0', id, type: of, subject: key, data }) }
  })
}
export const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)
export const dataOf = ({ data }: Envelope) => data as { number: number; text?: string }

/** Each id once, in the order of its first arrival: messages may come again. */
export const firstOf = (seen: readonly Envelope[]) => [...new Set(ids(seen))]

export interface Reader extends Subscription {
  /** What was handled, in order. */
  seen: Envelope[]
  has(wanted: readonly { id: string }[]): boolean
}

/** Subscribes and collects the batches for which `react` does not throw. */
export async function collect(
  transport: Transport,
  group: string,
  { types = [type], react }: { types?: string[]; react?: (batch: Envelope[]) => unknown } = {},
): Promise<Reader> {
  const seen: Envelope[] = []
  const subscription = await transport.subscribe(group, types, async (batch) => {
    await react?.(batch)
    seen.push(...batch)
  })
  return {
    seen,
    has(wanted) {
      const present = new Set(ids(seen))
      return wanted.every(({ id }) => present.has(id))
    },
    close: () => subscription.close(),
  }
}

/** Publishes as the relay does: what is not confirmed is published again, in order, until all of it is. */
export async function publishAll(transport: Transport, sent: readonly SerializedMessage[], seconds = 60) {
  let waiting = sent
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const confirmed = await transport.publish(waiting)
    waiting = waiting.filter(({ id }) => !confirmed.has(id))
    if (waiting.length === 0) return
    if (Date.now() > deadline) throw new Error(`${waiting.length} messages are not confirmed after ${seconds} s.`)
    await pause(50)
  }
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Waits for a condition, not for a time: the limit only ends a test that would wait forever. */
export async function until(check: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} seconds: ${check}`)
    await pause(5)
  }
}
