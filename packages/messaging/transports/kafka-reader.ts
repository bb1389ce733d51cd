// Reads partitions of the topic from given positions on, for a member of a group or for a tail. It belongs to no group.
import { Consumer, FetchIsolationLevels, findErrorBy, IS_CONTROL, ListOffsetTimestamps } from '@platformatic/kafka'
import { guarded } from './kafka-clients.ts'
import type { Positions } from './kafka-positions.ts'
import type { KafkaSettings } from './kafka-settings.ts'

/** A fetch waits so long for news; it returns as soon as there are some. */
const waitMs = 2_000
const mostBytes = { all: 4_000_000, partition: 1_100_000 }

export interface Arrival {
  partition: number
  offset: bigint
  /** Undefined for messages that others have written. */
  type: string | undefined
  value: Buffer
}
/** Where to read on. It outlives readers, which are opened anew after each failure. */
export interface Place {
  positions: Positions
  /** Another id is another topic of the same name. */
  topicId?: string
}
export interface PartitionReader {
  /** What comes next, in order per partition; may be empty. Rejects when the brokers cannot be read from. */
  next(): Promise<Arrival[]>
  close(): Promise<void>
}
type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>
interface Fetched {
  node: number
  response?: FetchResponse
  error?: unknown
}

/**
 * Reads what follows a place, which only its caller moves on. When the topic is not the same any more, or no longer has a position, the
 * reader sets the place to the oldest message there is and calls `onReset`.
 */
export function openReader({ name, client }: KafkaSettings, place: Place, onReset: () => void): PartitionReader {
  const consumer = guarded(new Consumer({ ...client, groupId: `${name}.none`, autocommit: false }))
  consumer.topics.track(name)
  const next = new Map(place.positions)
  const fetches = new Map<number, Promise<Fetched>>()

  function moveTo(partition: number, offset: bigint): void {
    next.set(partition, offset)
    place.positions.set(partition, offset)
  }

  /** The partitions to read, by their leaders. */
  async function layout(): Promise<{ topicId: string; leaders: Map<number, number[]> }> {
    const { topics } = await consumer.metadata({ topics: [name] })
    const topic = topics.get(name)
    if (!topic) throw new Error(`There is no topic ${name}.`)
    if (place.topicId !== undefined && place.topicId !== topic.id) {
      for (const partition of next.keys()) moveTo(partition, 0n)
      fetches.clear() // What they bring is of the former topic.
      onReset()
    }
    place.topicId = topic.id
    const leaders = Map.groupBy(next.keys(), (partition) => topic.partitions[partition]?.leader ?? -1)
    leaders.delete(-1) // Those partitions are read when they have a leader again.
    if (leaders.size === 0) throw new Error(`No partition of ${name} has a leader.`)
    return { topicId: topic.id, leaders }
  }

  /** Positions that no longer exist, or do not exist yet, are set to the oldest message. */
  async function reset(response: FetchResponse): Promise<void> {
    const outside = response.responses.flatMap(({ partitions }) =>
      partitions.filter(({ errorCode }) => errorCode === outOfRange).map(({ partitionIndex }) => partitionIndex),
    )
    const timestamp = ListOffsetTimestamps.EARLIEST
    const oldest = await consumer.listOffsets({ topics: [name], partitions: { [name]: outside }, timestamp })
    for (const partition of outside) moveTo(partition, oldest.get(name)?.[partition] ?? 0n)
    onReset()
  }

  return {
    async next() {
      const { topicId, leaders } = await layout()
      for (const [node, partitions] of leaders)
        if (!fetches.has(node)) fetches.set(node, fetch(consumer, node, topicId, partitions, next))
      const { node, response, error } = await Promise.race(fetches.values())
      fetches.delete(node)
      if (response) return arrivalsOf(response, next)
      if (!findErrorBy(error as Error, 'apiCode', outOfRange)) throw error
      await reset((error as { response: FetchResponse }).response)
      return []
    },
    close: () => consumer.close(),
  }
}

async function fetch(
  consumer: Consumer,
  node: number,
  topicId: string,
  partitions: readonly number[],
  next: Positions,
): Promise<Fetched> {
  const wanted = partitions.map((partition) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: next.get(partition) ?? 0n,
    lastFetchedEpoch: -1,
    partitionMaxBytes: mostBytes.partition,
  }))
  try {
    const response = await consumer.fetch({
      node,
      topics: [{ topicId, partitions: wanted }],
      minBytes: 1,
      maxBytes: mostBytes.all,
      maxWaitTime: waitMs,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    })
    return { node, response }
  } catch (error) {
    return { node, error }
  }
}

/** Kafka's code for a position that a partition does not have. */
const outOfRange = 1

/** Takes the messages out of a response and moves the positions behind them. */
function arrivalsOf({ responses }: FetchResponse, next: Positions): Arrival[] {
  const arrivals: Arrival[] = []
  for (const { partitionIndex: partition, records } of responses.flatMap(({ partitions }) => partitions)) {
    for (const batch of records ?? []) {
      for (const { offsetDelta, headers, value } of batch.attributes & IS_CONTROL ? [] : batch.records) {
        const offset = batch.firstOffset + BigInt(offsetDelta)
        // A stored batch comes whole, also when it begins before the position.
        if (offset < (next.get(partition) ?? offset + 1n)) continue
        const type = headers.find(([key]) => key?.toString() === 'type')?.[1]?.toString()
        arrivals.push({ partition, offset, type, value: value ?? Buffer.of() })
      }
      const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
      if (end > (next.get(partition) ?? end)) next.set(partition, end)
    }
  }
  return arrivals
}
