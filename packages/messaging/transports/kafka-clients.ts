// What all clients of Kafka need: they must not end the process, and they try again after a pause that grows.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Base } from '@platformatic/kafka'
import type { Log } from './transport.ts'

const retryMs = { first: 100, most: 5_000 }

/**
 * Returns the client. The library reports a failed connection to those who wait for it, and again as an event `error`, which would end the
 * process when nobody listens.
 */
export function guarded<Client extends Pick<Base, 'connections'>>(client: Client): Client {
  const reportedElsewhere = () => {}
  client.connections.on('connecting', ({ connection }) => connection.on('error', reportedElsewhere))
  return client
}

/** The error at the bottom, such as ECONNREFUSED: the library wraps errors several times, and lists one for each partition. */
export function rootOf(error: unknown): string {
  const { errors = [], cause } = error as { errors?: unknown[]; cause?: unknown }
  const next = cause ?? errors[0]
  return next ? rootOf(next) : String(error)
}

/** Pauses for so long, or until the signal. */
export async function pauseFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined) // The signal ended the pause.
}

export interface Trouble {
  /** Logs the first failure of a series, and pauses: longer after each, with jitter. The signal ends the pause. */
  pause(error: unknown, signal: AbortSignal): Promise<void>
  /** It works again. */
  over(): void
}

/** Remembers how often something has failed. */
export function trouble(log: Log, fields: object, sentence: string): Trouble {
  let failures = 0
  return {
    async pause(error, signal) {
      if (failures === 0) log.warn({ ...fields, error: rootOf(error) }, sentence)
      const longest = Math.min(retryMs.first * 2 ** failures, retryMs.most)
      failures += 1
      await pauseFor(longest * (0.5 + Math.random() / 2), signal)
    },
    over() {
      failures = 0
    },
  }
}
