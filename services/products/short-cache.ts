// A cache for answers that are expensive to compute: requests that need the same one at the same time share one computation.
// An answer is kept for a few seconds, and cleared when the catalog changes.
import { LRUCache } from 'lru-cache'

export interface ShortCache {
  /** The cached answer for the key, or that of `compute`, which is then cached. A failed answer is not kept. */
  get<T>(key: string, compute: () => Promise<T>): Promise<T>
  clear(): void
}

const mostEntries = 500

/** A cache whose answers are kept for about this many seconds (10). */
export function makeShortCache({ keptSeconds = 10 } = {}): ShortCache {
  const entries = new LRUCache<string, Promise<unknown>>({ max: mostEntries })
  return {
    get<T>(key: string, compute: () => Promise<T>): Promise<T> {
      const known = entries.get(key)
      if (known) return known as Promise<T> // One key always stands for one kind of answer.
      const answer = compute()
      // Spread by a fifth, so that entries of one moment do not expire together.
      entries.set(key, answer, { ttl: keptSeconds * 1_000 * (0.8 + Math.random() * 0.4) })
      answer.catch(() => {
        if (entries.peek(key) === answer) entries.delete(key)
      })
      return answer
    },
    clear: () => entries.clear(),
  }
}
