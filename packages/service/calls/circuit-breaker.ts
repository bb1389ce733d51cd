// Stops calls to a service that does not answer, so that callers fail fast and the service can recover. It opens when half of at
// least 20 calls within 10 seconds failed; after 5 seconds it lets 3 calls through, and the first that succeeds closes it.

export interface CircuitBreaker {
  /** Asked before each call; every call that it lets through reports how it ended. */
  mayCall(): boolean
  succeeded(): void
  failed(): void
  /** True while no calls are let through. */
  readonly isOpen: boolean
}

const windowMs = 10_000
const openMs = 5_000
const fewestCalls = 20
const probes = 3

/** A closed circuit breaker. `now` is in milliseconds. */
export function makeCircuitBreaker(now: () => number = Date.now): CircuitBreaker {
  let windowStart = now()
  let calls = 0
  let failures = 0
  let openUntil = 0
  let probing = 0

  const startNextWindow = () => {
    if (now() - windowStart < windowMs) return
    windowStart = now()
    calls = 0
    failures = 0
  }
  const open = () => {
    openUntil = now() + openMs
    probing = 0
  }
  return {
    get isOpen() {
      return openUntil > now()
    },
    mayCall() {
      if (openUntil === 0) return true
      if (openUntil > now() || probing >= probes) return false
      probing += 1
      return true
    },
    succeeded() {
      startNextWindow()
      calls += 1
      if (openUntil !== 0 && openUntil <= now()) {
        openUntil = 0
        calls = 0
        failures = 0
      }
    },
    failed() {
      startNextWindow()
      calls += 1
      failures += 1
      if (openUntil !== 0 ? openUntil <= now() : calls >= fewestCalls && failures * 2 >= calls) open()
    },
  }
}
