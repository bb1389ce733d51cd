// Where groups stand in the topic: the positions that they start from, and how far they are behind.
import { type Admin, findErrorBy, ListOffsetTimestamps } from '@platformatic/kafka'
import { partitionCount } from './kafka-topic.ts'
import type { Log } from './transport.ts'

/** By partition. */
export type Positions = Map<number, bigint>
const partitions = Array.from({ length: partitionCount }, (_, index) => index)

/** After the last message of each partition. */
export async function endOf(admin: Admin, topic: string): Promise<Positions> {
  const timestamp = ListOffsetTimestamps.LATEST
  const [listed] = await admin.listOffsets({
    topics: [{ name: topic, partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
  })
  return new Map((listed?.partitions ?? []).map((one) => [one.partitionIndex, one.offset]))
}

/**
 * Gives groups without a position one: `now`, or, in a topic that was made anew under them, the `oldest` message. Members that run have
 * one, and are not disturbed.
 */
export async function startGroups(
  admin: Admin,
  topic: string,
  groups: readonly string[],
  from: 'now' | 'oldest',
  log: Log,
): Promise<void> {
  if (groups.length === 0) return
  // The end is read first. When two processes do this at once, the later one then stores no position behind what was published after
  // the first one had finished.
  const end = from === 'now' ? await endOf(admin, topic) : new Map<number, bigint>()
  const positions = await positionsOf(admin, topic, groups)
  for (const group of groups) {
    const known = positions.get(group)
    const missing = partitions.filter((partition) => !known?.has(partition))
    if (missing.length === 0) continue
    const partitionOffsets = missing.map((partition) => ({ partition, offset: end.get(partition) ?? 0n }))
    try {
      await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
    } catch (error) {
      if (!findErrorBy(error as Error, 'apiId', 'UNKNOWN_MEMBER_ID')) throw error // A member was faster.
      continue
    }
    if (partitionOffsets.some(({ offset }) => offset > 0n)) log.warn({ group }, startSentence)
  }
}
const startSentence =
  'A group reads from now on. Kafka forgets the position of a group that was away for a week; redrive what such a group missed.'

/** How many messages the slowest of these groups has yet to read. */
export async function backlogOf(admin: Admin, topic: string, groups: readonly string[]): Promise<number> {
  if (groups.length === 0) return 0
  const positions = await positionsOf(admin, topic, groups)
  const end = await endOf(admin, topic)
  const behind = groups.map((group) => {
    const known = positions.get(group)
    return partitions
      .map((one) => Number((end.get(one) ?? 0n) - (known?.get(one) ?? 0n)))
      .reduce((a, b) => a + Math.max(b, 0), 0)
  })
  return Math.max(...behind)
}

async function positionsOf(admin: Admin, topic: string, groups: readonly string[]): Promise<Map<string, Positions>> {
  const listed = await admin.listConsumerGroupOffsets({
    groups: groups.map((groupId) => ({ groupId, topics: [{ name: topic, partitionIndexes: [...partitions] }] })),
  })
  return new Map(
    listed.map(({ groupId, topics }) => [
      groupId,
      new Map(
        topics
          .filter(({ name }) => name === topic)
          .flatMap((one) => one.partitions)
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      ),
    ]),
  )
}
