// A lock that one process holds at a time, and that the system takes from a process that ends, however it ends: a write lock on an
// empty SQLite file, to which nothing is ever written. Node has no such lock of its own.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

export interface JournalLock {
  /** Waits for the lock, and holds it until the work has ended. */
  hold<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

/** For a journal that no other process uses. */
export const noLock: JournalLock = { hold: (work) => work(), close: () => undefined }

const tryAgainMs = 1
const busy = 5

/** Taking and giving it back takes 0.1 ms when nobody else has it. */
export async function openLock(path: string): Promise<JournalLock> {
  const database = new DatabaseSync(path, { timeout: 0 })
  const begin = database.prepare('begin immediate')
  const end = database.prepare('rollback')
  return {
    async hold(work) {
      while (!take()) await pause(tryAgainMs)
      try {
        return await work()
      } finally {
        end.run()
      }
    },
    close: () => database.close(),
  }

  function take(): boolean {
    try {
      begin.run()
      return true
    } catch (error) {
      if ((error as { errcode?: number }).errcode === busy) return false
      throw error
    }
  }
}
