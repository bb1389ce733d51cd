// Runs a service's schedules: work that is done again and again, a fixed time after it last ended.
import type { Log } from '@souk/messaging'
import pTimeout from 'p-timeout'
import type { Schedule } from '../run/define-service.ts'

/** Ctrl-C waits this long for work in progress. */
const stopWaitMs = 1_000

export interface ScheduleRunner {
  /** Runs the schedule of this name now, or once more when it is running. */
  runSoon(name: string): void
  /** Aborts the signal of the work in progress and waits for it, at most one second. */
  stop(): Promise<void>
}

/**
 * Starts schedules. Each runs again and again, never twice at once in one process, with a context of its own. A failure is
 * logged, and the schedule runs again at its next time. `onSuccess` is told of each run that did not fail.
 */
export function startSchedules<X>(
  schedules: readonly Schedule<X>[],
  context: () => X,
  log: Log,
  onSuccess?: (name: string) => void,
): ScheduleRunner {
  const stopping = new AbortController()
  const started = new Map(
    schedules.map((one) => [one.name, startSchedule(one, context, stopping.signal, log, onSuccess)]),
  )
  return {
    runSoon: (name) => started.get(name)?.runSoon(),
    async stop() {
      stopping.abort()
      await pTimeout(Promise.all([...started.values()].map((one) => one.end())), {
        milliseconds: stopWaitMs,
        message: false,
      })
    },
  }
}

function startSchedule<X>(
  { name, seconds, run }: Schedule<X>,
  context: () => X,
  stopping: AbortSignal,
  log: Log,
  onSuccess: ((name: string) => void) | undefined,
) {
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let isWantedAgain = false
  function startTimer() {
    working = undefined
    if (!stopping.aborted) timer = setTimeout(work, isWantedAgain ? 0 : seconds * 1000)
  }
  function work() {
    clearTimeout(timer)
    isWantedAgain = false
    working = run(context(), stopping)
      .then(
        () => onSuccess?.(name),
        (error) => log.warn({ schedule: name, error: String(error) }, 'A scheduled run failed; the next one comes.'),
      )
      .finally(startTimer)
  }
  startTimer()
  return {
    runSoon() {
      if (working) isWantedAgain = true
      else if (!stopping.aborted) work()
    },
    /** Resolves when the run in progress has ended. */
    async end() {
      clearTimeout(timer)
      await working
    },
  }
}
