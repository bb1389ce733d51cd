// The partitions that a member of a group has for a while: it reads them from the positions of the group, stores how far it came, and lets
// go of them only after the batch in hand, so that the next member begins behind it.
import type { Consumer } from '@platformatic/kafka'
import { pauseFor, type Trouble } from './kafka-clients.ts'
import type { Place } from './kafka-reader.ts'

/** So long may a batch delay that partitions go to another member. Later, both handle it, and the inbox knows it. */
export const handOverMs = 30_000
/** While a member holds up the others, the library sends no heartbeats. Storing positions counts as one. */
const holdUpMs = 2_000
/** Between two times that positions are stored while messages come. After a crash, those in between come again. */
const storeMs = { busy: 100, failed: 1_000, last: 5_000 }

export interface Assignment {
  /** Its reader moves the positions on, behind what is done. */
  readonly place: Place
  /** Aborted when the member must let go. */
  readonly signal: AbortSignal
  /** Says that the positions have moved. */
  moved(): void
  /** No batch begins any more. */
  stop(): void
  /** Stops, waits for the batch in hand, at most for `handOverMs`, and stores the positions for the next member. */
  letGo(): Promise<void>
  /** Resolves after the last batch. */
  readonly ended: Promise<void>
}
interface Owner {
  consumer: Consumer
  topic: string
  trouble: Trouble
}

/** Begins after `previous`: a batch that outlived its assignment ends first. `read` does not reject. */
export function startAssignment(
  owner: Owner,
  partitions: readonly number[],
  previous: Promise<void>,
  read: (assignment: Assignment) => Promise<void>,
): Assignment {
  const stopping = new AbortController()
  const { signal } = stopping
  const place: Place = { positions: new Map() }
  const stored = storeOf(owner, place)
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const assignment: Assignment = {
    place,
    signal,
    ended,
    moved: stored.soon,
    stop: () => stopping.abort(),
    async letGo() {
      stopping.abort()
      let isDone = false
      const done = ended.then(() => {
        isDone = true
      })
      for (const until = Date.now() + handOverMs; !isDone && Date.now() < until; ) {
        await Promise.race([done, pauseFor(holdUpMs)])
        if (!isDone) await Promise.race([done, stored.now('all')])
      }
      await stored.end()
    },
  }
  async function work(): Promise<void> {
    await previous
    if (partitions.length === 0 || !(await load(owner, partitions, place, signal))) return
    await read(assignment)
  }
  work().then(end)
  return assignment
}

/** Reads the positions of the group, again until that succeeds. Returns false when it is not needed any more. */
async function load(
  { consumer, topic, trouble }: Owner,
  partitions: readonly number[],
  { positions }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const known = await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] })
      for (const partition of partitions) {
        // A group that subscribed has a position. It lost that with the topic, and all of the next topic is new to it.
        const position = known.get(topic)?.[partition] ?? -1n
        positions.set(partition, position >= 0n ? position : 0n)
      }
      trouble.over()
      return !signal.aborted
    } catch (error) {
      await trouble.pause(error, signal)
    }
  }
  return false
}

/** Stores positions for the group, in order. A failure does no harm: after it, messages come again. */
function storeOf({ consumer, topic }: Owner, { positions }: Place) {
  const stored = new Map<number, bigint>()
  let isOver = false
  let storing = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function store(which: 'moved' | 'all'): Promise<void> {
    const chosen = [...positions].filter(([partition, offset]) => which === 'all' || stored.get(partition) !== offset)
    if (isOver || chosen.length === 0) return
    const offsets = chosen.map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 }))
    try {
      await consumer.commit({ offsets })
      for (const [partition, offset] of chosen) stored.set(partition, offset)
    } catch {
      if (!consumer.closed) soon(storeMs.failed)
    }
  }
  function now(which: 'moved' | 'all'): Promise<void> {
    storing = storing.then(() => store(which))
    return storing
  }
  function soon(milliseconds = storeMs.busy): void {
    if (isOver) return
    timer ??= setTimeout(() => {
      timer = undefined
      void now('moved')
    }, milliseconds)
  }
  return {
    now,
    soon: () => soon(),
    async end() {
      clearTimeout(timer)
      await Promise.race([now('moved'), pauseFor(storeMs.last)])
      isOver = true
      clearTimeout(timer)
    },
  }
}
