// A process that is kept running: when it ends, another one starts in its slot, later after each end that comes soon.
import { setTimeout as pause } from 'node:timers/promises'
import { type Ended, type Instance, startInstance } from './instance.ts'
import { withName } from './log-lines.ts'
import type { Slot } from './slots.ts'

const firstPauseMs = 500
const longestPauseMs = 15_000
/** A process that has lived this long begins again with the shortest pause. */
const settledMs = 30_000

export interface KeptProcess {
  readonly slot: Slot
  readonly pid: number | undefined
  /** Where its health and metrics are; undefined while it starts. */
  readonly operationsUrl: string | undefined
  readonly isReady: boolean
  /** How often another process was started in its place. */
  readonly restarts: number
  /** Resolves when it is ready for the first time, or when its first process has ended before. */
  readonly begun: Promise<Ended | undefined>
  /** Ends it for good. `withGrace`: see Instance. */
  stop(withGrace: boolean): Promise<void>
}
export interface ProcessOptions {
  env: Record<string, string | undefined>
  onReady(instance: Instance): unknown
  /** It will be asked to stop. */
  onStopping(instance: Instance): unknown
}

/** Starts a process, and another one whenever it ends, until `stop` is called. */
export function keepRunning(slot: Slot, { env, onReady, onStopping }: ProcessOptions): KeptProcess {
  const stopping = new AbortController()
  const { promise: begun, resolve: begin } = Promise.withResolvers<Ended | undefined>()
  let instance: Instance | undefined
  let isReady = false
  let restarts = 0
  const life = live()
  return {
    slot,
    begun,
    get pid() {
      return instance?.child.pid
    },
    get operationsUrl() {
      return instance?.operationsUrl
    },
    get isReady() {
      return isReady
    },
    get restarts() {
      return restarts
    },
    async stop(withGrace) {
      stopping.abort()
      if (instance) {
        onStopping(instance)
        await instance.stop(withGrace)
      }
      await life
    },
  }

  async function live(): Promise<void> {
    let pauseMs = firstPauseMs
    while (!stopping.signal.aborted) {
      const ended = await runOnce()
      begin(ended)
      if (stopping.signal.aborted) return
      if (ended.livedMs >= settledMs) pauseMs = firstPauseMs
      process.stderr.write(
        withName(slot.name, `It ended (${reasonOf(ended)}) and starts again in ${pauseMs / 1000} s.`),
      )
      // The pause ends early when `stop` is called.
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      restarts += 1
    }
  }
  async function runOnce(): Promise<Ended & { livedMs: number }> {
    const startedAt = performance.now()
    const current = startInstance(slot, env)
    instance = current
    void current.ready.then(() => {
      if (instance !== current) return // It has ended meanwhile.
      isReady = true
      begin(undefined)
      if (!stopping.signal.aborted) onReady(current)
    })
    const ended = await current.ended
    isReady = false
    instance = undefined
    return { ...ended, livedMs: performance.now() - startedAt }
  }
}

/** As in `code 1` or `SIGKILL`. */
export function reasonOf({ code, signal }: Ended): string {
  return signal ?? `code ${code}`
}
