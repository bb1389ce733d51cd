// What the three ways to start have in common: the environment, the settings that are read first, and what must be stopped.
import { addressSpec, integer, processSpec, readSettings, sharedSpec, text } from '@souk/service'
import { machineSpec } from './machine.ts'
import type { Progress } from './progress.ts'

export interface Starting {
  readonly env: Record<string, string | undefined>
  readonly progress: Progress
  /** Adds a part to stop. Parts are stopped in reverse order. */
  onStop(stop: () => Promise<unknown>): void
  /** Runs first on SIGTERM: callers learn that this process is about to stop, and it still takes requests for a while. */
  onDrain(drain: () => Promise<void>): void
  /** PostgreSQL is stopped last, also when another part does not stop. */
  onStopLast(stop: () => Promise<void>): void
}

/** The settings that are read before anything starts. Throws WrongSettings. */
export function readOwnSettings(env: Starting['env'], port: number, operationsPort?: number) {
  const { '': listening, souk } = readSettings(
    {
      '': {
        port: integer('where it listens', port, { min: 1, max: 65535 }),
        host: text('on which address it listens', '127.0.0.1'),
        ...addressSpec,
      },
      souk: { ...processSpec, ...machineSpec, publicUrl: sharedSpec.publicUrl, migrate: sharedSpec.migrate },
    },
    operationsPort === undefined ? env : { SOUK_OPERATIONS_PORT: String(operationsPort), ...env },
  )
  return { ...listening, ...souk }
}
