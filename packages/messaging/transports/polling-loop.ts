// A loop that reads the bus until it is closed. It waits while there is nothing new, and with back-off after a failure.
import type { Log, Subscription } from './transport.ts'

/** Where something was appended: by this process itself, or perhaps by another. */
export type News = 'here' | 'elsewhere'
/** Wakes a reader. `mustRead`: the news may be of another process, so it is only in the database. */
export type Waker = (mustRead: boolean) => void
/** Waits for news, at most so long. */
export type WaitForNews = (milliseconds: number) => Promise<News | 'none'>

export interface Loop {
  isStopping(): boolean
  wait: WaitForNews
  /** Says that something was delivered: the pause after the next failure is a short one again. */
  progressed(): void
}

/** Runs `work` again and again until closed. It adds its waker to `wakers`; `name` is for the log. */
export function startPollingLoop(
  wakers: Set<Waker>,
  work: (loop: Loop) => Promise<void>,
  log: Log,
  name: string,
): Subscription {
  let stopping = false
  let news: News | undefined
  let wakeUp: (() => void) | undefined
  const wake: Waker = (mustRead) => {
    if (mustRead || !news) news = mustRead ? 'elsewhere' : 'here'
    wakeUp?.()
  }
  wakers.add(wake)
  const wait: WaitForNews = async (milliseconds) => {
    if (!news && !stopping) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        wakeUp = resolve
        timer = setTimeout(resolve, milliseconds)
      })
      clearTimeout(timer)
      wakeUp = undefined
    }
    const result = news ?? 'none'
    news = undefined
    return result
  }
  const finished = (async () => {
    let failures = 0
    const progressed = () => {
      failures = 0
    }
    while (!stopping) {
      try {
        await work({ isStopping: () => stopping, wait, progressed })
        progressed()
      } catch (error) {
        failures += 1
        if (!stopping)
          log.warn({ group: name, error: String(error) }, 'Messages could not be delivered; they are delivered again.')
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** failures, 5_000)))
      }
    }
  })()
  return {
    async close() {
      stopping = true
      wakers.delete(wake)
      wakeUp?.()
      await finished
    },
  }
}
