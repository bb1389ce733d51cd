// A small memory for answers that are dear to make: each is made once at a time however many ask for it, kept for a few
// seconds, and dropped when the catalogue changes.

export interface Remembered {
  /** What `make` answers, or what it has answered within the last seconds. */
  get<T>(key: string, make: () => Promise<T>): Promise<T>
  clear(): void
}

const seconds = 10
const mostKept = 500

export function remember(now: () => number = () => performance.now()): Remembered {
  const kept = new Map<string, { answer: Promise<unknown>; until: number }>()
  return {
    get<T>(key: string, make: () => Promise<T>): Promise<T> {
      const known = kept.get(key)
      if (known && known.until > now()) return known.answer as Promise<T>
      const answer = make()
      // Spread by a fifth, so that what was asked together does not expire together.
      const entry = { answer, until: now() + seconds * 1000 * (0.8 + Math.random() * 0.4) }
      kept.delete(key)
      kept.set(key, entry)
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break
        kept.delete(oldest)
      }
      answer.catch(() => {
        if (kept.get(key) === entry) kept.delete(key)
      })
      return answer
    },
    clear: () => kept.clear(),
  }
}
