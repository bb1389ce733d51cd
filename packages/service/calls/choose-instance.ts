// The choice of an instance: of two random ones the less busy one (power of two choices), with a slow start for one that has come back.
// https://www.eecs.harvard.edu/~michaelm/postscripts/mythesis.pdf
import type { Instance } from './instance.ts'

const slowStartMs = 10_000
const leastWeight = 0.1

/**
 * An instance for the next call. With none in service, those that were ejected are tried, and then all: a call is never refused because
 * of a state. `now` in milliseconds; `random` returns numbers from 0 to 1. Undefined without candidates.
 */
export function chooseInstance<T>(
  candidates: readonly Instance<T>[],
  now: number,
  random: () => number,
): Instance<T> | undefined {
  const withState = (state: string) => candidates.filter((one) => one.state === state)
  for (const some of [withState('in'), withState('ejected'), candidates])
    if (some.length > 0) return lessBusy(some, now, random)
  return undefined
}

/** Calls in flight are counted by weight. When both are equally busy, the one that was drawn first, so that idle ones share evenly. */
function lessBusy<T>(candidates: readonly Instance<T>[], now: number, random: () => number): Instance<T> {
  const first = draw(candidates, now, random)
  if (candidates.length === 1) return first
  const second = draw(
    candidates.filter((one) => one !== first),
    now,
    random,
  )
  return second.inFlight / weightOf(second, now) < first.inFlight / weightOf(first, now) ? second : first
}

function draw<T>(candidates: readonly Instance<T>[], now: number, random: () => number): Instance<T> {
  let at = random() * candidates.reduce((sum, one) => sum + weightOf(one, now), 0)
  for (const one of candidates) {
    at -= weightOf(one, now)
    if (at < 0) return one
  }
  return candidates.at(-1) as Instance<T> // Callers give at least one; sums of fractions may leave a rest.
}

/** From a tenth to one, within ten seconds of its return. */
function weightOf({ returnedAt }: Instance<unknown>, now: number): number {
  return Math.min(1, Math.max(leastWeight, (now - returnedAt) / slowStartMs))
}
