// Outlier ejection: which instance answers so much worse than the others that it is left out, and for how long.
import type { Instance } from './instance.ts'

/** So many failures in a row count while fewer than this share of the others' calls fail. */
const inARow = { failures: 5, othersBelow: 0.2 }
/** From how many calls of a window on its share of failures counts, and how far it must be above that of the others. */
const byShare = { calls: 50, aboveOthers: 0.3 }
const firstEjectionMs = 5_000
const mostEjectionMs = 60_000
const forgottenAfterMs = 60_000

/** When all fail alike, as in overload, none is an outlier: the others would only have more to do. At least half of those that can be reached stay in service. */
export function isOutlier(instance: Instance<unknown>, all: readonly Instance<unknown>[]): boolean {
  if (instance.state !== 'in') return false
  const others = all.filter((one) => one !== instance && one.state === 'in')
  const reachable = all.filter((one) => one.state !== 'unreachable')
  if (others.length === 0 || others.length * 2 < reachable.length) return false
  const shareOfOthers = shareOfFailures(others)
  if (instance.failuresInARow >= inARow.failures && shareOfOthers < inARow.othersBelow) return true
  return instance.calls >= byShare.calls && shareOfFailures([instance]) - shareOfOthers >= byShare.aboveOthers
}

/** Counts an ejection and returns its milliseconds: 5 s, doubled each time up to 60 s, and anew after a minute in service. */
export function ejectionMs(instance: Instance<unknown>, now: number): number {
  instance.ejections = now - instance.returnedAt > forgottenAfterMs ? 1 : instance.ejections + 1
  return Math.min(mostEjectionMs, firstEjectionMs * 2 ** (instance.ejections - 1))
}

function shareOfFailures(instances: readonly Instance<unknown>[]): number {
  const calls = instances.reduce((sum, one) => sum + one.calls, 0)
  return calls === 0 ? 0 : instances.reduce((sum, one) => sum + one.failures, 0) / calls
}
