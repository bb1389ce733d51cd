// The instances of a service, and which of them are in service. It knows nothing of the network: it is told how calls and probes ended.
import { chooseInstance } from './choose-instance.ts'
import { type Instance, type InstanceState, newInstance } from './instance.ts'
import { ejectionMs, isOutlier } from './outliers.ts'

/** `answered`: by a status below 500. `failed`: by another one, or not at all. `unreachable`: there was no connection. */
export type CallEnd = 'answered' | 'failed' | 'unreachable' | 'not-ready'
export type ProbeResult = 'ready' | 'not-ready' | 'unreachable'

export interface Instances<T> {
  /** The instance for the next call, which counts as in flight until `end`; undefined when all were tried. */
  begin(tried?: ReadonlySet<Instance<T>>): Instance<T> | undefined
  end(instance: Instance<T>, end: CallEnd): void
  /** Tells what a probe of an instance found. Only a probe brings it back, or an answer of one that was unreachable. */
  probed(instance: Instance<T>, result: ProbeResult): void
}

const windowMs = 10_000
const probeEveryMs = 1_000
const probeJitter = 0.2

/** After how many milliseconds an instance that is out is probed again: one second, 20 % more or less. */
export function probeDelay(random: () => number = Math.random): number {
  return probeEveryMs * (1 - probeJitter + 2 * probeJitter * random())
}

/**
 * The instances of one service, all in service. `onLeft` is told when one leaves, and in how many milliseconds to probe it first;
 * `onReturned` when it is back. `now` is in milliseconds; `random` returns numbers from 0 to 1.
 */
export function makeInstances<T>(
  targets: readonly T[],
  options: {
    onLeft(instance: Instance<T>, probeInMs: number): void
    onReturned(instance: Instance<T>): void
    now?: () => number
    random?: () => number
  },
): Instances<T> {
  const { onLeft, onReturned, now = Date.now, random = Math.random } = options
  const all = targets.map(newInstance)
  const [only] = all.length === 1 ? all : []
  let windowStart = now()

  return {
    begin(tried) {
      const untried = tried ? all.filter((one) => !tried.has(one)) : all
      const chosen = only && !tried ? only : chooseInstance(untried, now(), random)
      if (chosen) chosen.inFlight += 1
      return chosen
    },
    end(instance, end) {
      instance.inFlight -= 1
      if (only) return // There is no other to choose, so nothing needs to be known of it.
      startNextWindow()
      instance.calls += 1
      if (end === 'answered') {
        instance.failuresInARow = 0
        if (instance.state === 'unreachable') comeBack(instance)
      } else if (end === 'failed') {
        instance.failures += 1
        instance.failuresInARow += 1
        if (isOutlier(instance, all)) leave(instance, 'ejected', ejectionMs(instance, now()))
      } else {
        leave(instance, end, probeDelay(random))
      }
    },
    probed(instance, result) {
      if (instance.state === 'in') return
      if (result === 'ready') comeBack(instance)
      else instance.state = result
    },
  }

  /** One window for all instances, so that their shares of failures are of the same time. */
  function startNextWindow(): void {
    if (now() - windowStart < windowMs) return
    windowStart = now()
    for (const one of all) one.calls = one.failures = 0
  }
  function leave(instance: Instance<T>, state: InstanceState, probeInMs: number): void {
    const wasIn = instance.state === 'in'
    instance.state = state
    if (wasIn) onLeft(instance, probeInMs)
  }
  function comeBack(instance: Instance<T>): void {
    instance.state = 'in'
    instance.returnedAt = now()
    instance.failuresInARow = instance.calls = instance.failures = 0
    onReturned(instance)
  }
}
