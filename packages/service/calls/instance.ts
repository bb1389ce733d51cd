// The state of one instance of a service that runs in other processes, as its callers see it.

/** `ejected`: it answers worse than the others. `unreachable`, `not-ready`: no connection, or it is stopping or starting. */
export type InstanceState = 'in' | 'ejected' | 'unreachable' | 'not-ready'

/** `target` is how its owner reaches it. */
export interface Instance<T> {
  readonly target: T
  state: InstanceState
  /** Calls that have begun and not ended. */
  inFlight: number
  /** When it was last out of service, in milliseconds; its share of the calls grows from then on. */
  returnedAt: number
  failuresInARow: number
  /** Within the current window. */
  calls: number
  failures: number
  /** One after the other, without a minute in service between them. */
  ejections: number
}

export function newInstance<T>(target: T): Instance<T> {
  return {
    target,
    state: 'in',
    inFlight: 0,
    returnedAt: Number.NEGATIVE_INFINITY,
    failuresInARow: 0,
    calls: 0,
    failures: 0,
    ejections: 0,
  }
}
