// Delivers the messages of a group's partitions, one batch at a time, and delivers a failed batch again.
import type { Envelope } from '../envelope.ts'
import type { Assignment } from './kafka-assignment.ts'
import { pauseFor, trouble } from './kafka-clients.ts'
import { startMembership } from './kafka-membership.ts'
import { type Arrival, openReader } from './kafka-reader.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import type { Log, Subscription } from './transport.ts'

const batchSize = 200
const retryMs = { first: 100, most: 5_000 }
/** `subscribe` waits so long for partitions. When the group is busy, it comes by them later. */
const joinMs = 5_000

type Deliver = (batch: Envelope[]) => Promise<void>

/** Subscribes a group that has a position. */
export async function subscribeGroup(
  settings: KafkaSettings,
  group: string,
  types: readonly string[],
  deliver: Deliver,
  log: Log,
): Promise<Subscription> {
  const membership = startMembership(settings, `${settings.name}.${group}`, read, log)

  /** Reads an assignment until it ends. After a failure, a new reader goes on behind what is done. */
  async function read(assignment: Assignment): Promise<void> {
    const { signal, place } = assignment
    const reading = trouble(log, { group }, 'A group cannot read from Kafka; it tries again.')
    while (!signal.aborted) {
      const reader = openReader(settings, place, () => log.warn({ group }, resetSentence))
      const close = () => void reader.close()
      signal.addEventListener('abort', close)
      try {
        while (!signal.aborted) {
          const arrivals = await reader.next()
          reading.over()
          for (let from = 0; from < arrivals.length && !signal.aborted; from += batchSize)
            await handle(arrivals.slice(from, from + batchSize), assignment)
        }
      } catch (error) {
        if (!signal.aborted) await reading.pause(error, signal)
      } finally {
        signal.removeEventListener('abort', close)
        await reader.close()
      }
    }
  }

  /** Delivers what the group wants of these, again until it is done or the partitions go to another member. */
  async function handle(arrivals: readonly Arrival[], assignment: Assignment): Promise<void> {
    const { signal, place } = assignment
    const batch = envelopesOf(arrivals, types, log)
    for (let retryInMs = retryMs.first; batch.length > 0; retryInMs = Math.min(2 * retryInMs, retryMs.most)) {
      await membership.isConfirmed(signal)
      if (signal.aborted) return
      try {
        await deliver(batch)
        break
      } catch (error) {
        if (retryInMs === retryMs.first)
          log.warn({ group, error: String(error) }, 'Messages could not be delivered; they are delivered again.')
        await pauseFor(retryInMs, signal)
      }
    }
    for (const { partition, offset } of arrivals) place.positions.set(partition, offset + 1n)
    assignment.moved()
  }

  await Promise.race([membership.joined, pauseFor(joinMs)])
  return membership
}

export const resetSentence =
  'The topic was made anew, or has deleted messages before they were read; reading begins with its oldest message.'

/** The messages of these types. What is not a message of Souk is left out. */
export function envelopesOf(arrivals: readonly Arrival[], types: readonly string[], log: Log): Envelope[] {
  return arrivals.flatMap(({ type, value, partition, offset }) => {
    if (type === undefined || !types.includes(type)) return []
    try {
      return [JSON.parse(value.toString()) as Envelope]
    } catch (error) {
      log.error(
        { type, partition, offset: String(offset), error: String(error) },
        'A message is not JSON; it is left out.',
      )
      return []
    }
  })
}
