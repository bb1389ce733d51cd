// Reads the whole topic from now on for one process, without a group.
import type { Admin } from '@platformatic/kafka'
import type { Envelope } from '../envelope.ts'
import { trouble } from './kafka-clients.ts'
import { envelopesOf } from './kafka-group.ts'
import { endOf } from './kafka-positions.ts'
import { openReader, type PartitionReader, type Place } from './kafka-reader.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import type { Log, Subscription } from './transport.ts'

/** Resolves when it knows from where on it reads. After the loss of a broker it reads on from there; `missed` is called when it cannot. */
export async function startTail(
  settings: KafkaSettings,
  admin: Admin,
  types: readonly string[],
  listener: (envelope: Envelope) => void,
  missed: () => void,
  log: Log,
): Promise<Subscription> {
  const stopping = new AbortController()
  const { signal } = stopping
  const reading = trouble(log, {}, 'A tail cannot read from Kafka; it tries again.')
  const place: Place = { positions: await endOf(admin, settings.name) }
  let reader: PartitionReader | undefined

  async function read(): Promise<void> {
    while (!signal.aborted) {
      reader = openReader(settings, place, missed)
      try {
        while (!signal.aborted) {
          const arrivals = await reader.next()
          reading.over()
          if (signal.aborted) break
          for (const { partition, offset } of arrivals) place.positions.set(partition, offset + 1n)
          for (const envelope of envelopesOf(arrivals, types, log)) listener(envelope)
        }
      } catch (error) {
        if (!signal.aborted) await reading.pause(error, signal)
      } finally {
        await reader.close()
      }
    }
  }
  const ended = read()
  return {
    async close() {
      stopping.abort()
      await reader?.close()
      await ended
    },
  }
}
