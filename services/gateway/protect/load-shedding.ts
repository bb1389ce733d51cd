// Load shedding: under overload, batches are refused first, then browsing, checkouts last. A quick refusal of some requests is
// better than slow answers to all.
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'

type Priority = NonNullable<Route['priority']>
/** The share of the allowed concurrency that requests of each priority may fill. */
const shareOf: Record<Priority, number> = { batch: 0.5, browse: 0.75, checkout: 1 }
/** The lag of the event loop, in milliseconds, above which requests of each priority are refused. */
const maxLagOf: Record<Priority, number> = { batch: 200, browse: 500, checkout: Number.POSITIVE_INFINITY }
const probeMs = 100

export interface LoadShedding {
  /** Refuses with unavailable when there is no capacity for requests of this route's priority. */
  check(route: Route): void
  /** Runs work that counts as a request in progress. */
  during<T>(work: () => Promise<T>): Promise<T>
  readonly inProgress: number
  close(): void
}

export function makeLoadShedding(maxConcurrent: number, lag: EventLoopLag = measureLag()): LoadShedding {
  let inProgress = 0
  return {
    get inProgress() {
      return inProgress
    },
    check(route) {
      const priority = route.priority ?? 'browse'
      if (inProgress < maxConcurrent * shareOf[priority] && lag.milliseconds() <= maxLagOf[priority]) return
      refuse(route, 'unavailable', 'We are very busy just now. Try again in a moment.', { retryAfterSeconds: 1 })
    },
    async during(work) {
      inProgress += 1
      try {
        return await work()
      } finally {
        inProgress -= 1
      }
    },
    close: () => lag.close(),
  }
}

export interface EventLoopLag {
  milliseconds(): number
  close(): void
}
/**
 * Measures how late a timer fires. One timer, so it is cheap enough to run always. The smallest of the last three samples
 * counts: a single long pause (garbage collection, another process of the machine) is not overload yet.
 */
export function measureLag(): EventLoopLag {
  let last = performance.now()
  let samples: readonly number[] = [0, 0, 0]
  const timer = setInterval(() => {
    const time = performance.now()
    samples = [...samples.slice(1), time - last - probeMs]
    last = time
  }, probeMs)
  timer.unref()
  return { milliseconds: () => Math.min(...samples), close: () => clearInterval(timer) }
}
