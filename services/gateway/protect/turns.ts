// Lets only a few calls with one key run at once. The others wait for their turn.
import pTimeout from 'p-timeout'

/**
 * Runs `call` when fewer than `mostOf(key)` calls run for each of its keys. Undefined when its turn has not come after `waitMs`.
 */
export type InTurn = <T>(keys: readonly string[], waitMs: number, call: () => Promise<T>) => Promise<T | undefined>

export function makeTurns(mostOf: (key: string) => number): InTurn {
  const running = new Map<string, number>()
  const waiting = new Map<string, Set<() => void>>()

  function count(key: string, change: 1 | -1): void {
    const calls = (running.get(key) ?? 0) + change
    if (calls > 0) running.set(key, calls)
    else running.delete(key)
  }
  /** Waits until a call with the key has ended. False when that takes too long. */
  async function oneHasEnded(key: string, milliseconds: number): Promise<boolean> {
    const waiters = waiting.get(key) ?? new Set()
    waiting.set(key, waiters)
    const { promise, resolve } = Promise.withResolvers<void>()
    waiters.add(resolve)
    const hasEnded = await pTimeout(
      promise.then(() => true),
      { milliseconds: Math.max(1, milliseconds), fallback: () => false },
    )
    waiters.delete(resolve)
    return hasEnded
  }
  function wake(key: string): void {
    const waiters = waiting.get(key)
    waiting.delete(key)
    for (const resolve of waiters ?? []) resolve()
  }

  return async (keys, waitMs, call) => {
    const givesUpAt = performance.now() + waitMs
    const findFull = () => keys.find((key) => (running.get(key) ?? 0) >= mostOf(key))
    for (let full = findFull(); full !== undefined; full = findFull()) {
      if (!(await oneHasEnded(full, givesUpAt - performance.now()))) return undefined
    }
    for (const key of keys) count(key, 1)
    try {
      return await call()
    } finally {
      for (const key of keys) count(key, -1)
      for (const key of keys) wake(key)
    }
  }
}
