// Stops asking a service that does not answer, so that callers fail fast and it can recover: after 20 calls of which half
// failed within 10 seconds it opens for 5 seconds, then lets 3 calls through to see.

export interface CircuitBreaker {
  /** False: do not call. */
  mayCall(): boolean
  succeeded(): void
  failed(): void
  readonly isOpen: boolean
}

const windowMs = 10_000
const openMs = 5_000
const fewest = 20
const probes = 3

export function makeCircuitBreaker(now: () => number = Date.now): CircuitBreaker {
  let windowStart = now()
  let calls = 0
  let failures = 0
  let openUntil = 0
  let probing = 0

  const roll = () => {
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
      roll()
      calls += 1
      if (openUntil !== 0 && openUntil <= now()) {
        openUntil = 0
        calls = 0
        failures = 0
      }
    },
    failed() {
      roll()
      calls += 1
      failures += 1
      if (openUntil !== 0 ? openUntil <= now() : calls >= fewest && failures * 2 >= calls) open()
    },
  }
}
