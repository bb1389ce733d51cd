// Waits until the migrator of a fleet has brought a database to the schema that this code needs. Pods and the migrator start together:
// a process that ended meanwhile would be started again and again.
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@souk/messaging'
import { isTransient, MissingMigrations } from '@souk/postgres'

const askEveryMs = 2_000

export interface SchemaWait {
  /** False: what `open` throws is thrown at once. */
  waits: boolean
  log: Log
  /** Ends the waiting, with an AbortError. */
  stopping: AbortSignal
}

/**
 * Resolves with what `open` does. While it throws MissingMigrations or cannot reach its database, it is called again every 2 seconds, and
 * each new reason is logged. Throws everything else that it throws.
 */
export async function whenSchemaSuffices<T>({ waits, log, stopping }: SchemaWait, open: () => Promise<T>): Promise<T> {
  for (let told = ''; ; ) {
    try {
      return await open()
    } catch (error) {
      if (!waits || !(error instanceof MissingMigrations || isTransient(error))) throw error
      const reason = (error as Error).message
      if (reason !== told) log.warn({ error: reason }, 'Waits until the schema of a database suffices.')
      told = reason
    }
    await pause(askEveryMs, undefined, { signal: stopping })
  }
}
