// What is turned away when there is too much of everything: first batches, then browsing, checkouts last. Better a quick
// no to some than a slow no to all.
import type { Route } from '@souk/contracts'
import { refuse } from '@souk/service'

type Priority = NonNullable<Route['priority']>
const shareOf: Record<Priority, number> = { batch: 0.5, browse: 0.75, checkout: 1 }
/** How late the event loop may be, in milliseconds, before requests of this kind are turned away. */
const lagOf: Record<Priority, number> = { batch: 200, browse: 500, checkout: Number.POSITIVE_INFINITY }
const probeMs = 100

export interface Admission {
  /** Refuses with unavailable when there is no room for requests of this priority. */
  check(route: Route): void
  /** Runs work that counts as a request in hand. */
  during<T>(work: () => Promise<T>): Promise<T>
  readonly inHand: number
  close(): void
}

export function makeAdmission(maxConcurrent: number, lag: Lag = measureLag()): Admission {
  let inHand = 0
  return {
    get inHand() {
      return inHand
    },
    check(route) {
      const priority = route.priority ?? 'browse'
      if (inHand < maxConcurrent * shareOf[priority] && lag.milliseconds() <= lagOf[priority]) return
      refuse(route, 'unavailable', 'We are very busy just now. Try again in a moment.', { retryAfterSeconds: 1 })
    },
    async during(work) {
      inHand += 1
      try {
        return await work()
      } finally {
        inHand -= 1
      }
    },
    close: () => lag.close(),
  }
}

export interface Lag {
  milliseconds(): number
  close(): void
}
/**
 * How much later than asked for a timer comes: one timer, so cheap enough to keep on always. The least of three in a row
 * counts, since one long pause (a collection of garbage, a neighbor on the machine) is not yet overload.
 */
export function measureLag(): Lag {
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
