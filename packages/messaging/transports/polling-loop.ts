// A loop that reads the bus: again and again until it is closed, asleep while there is nothing new, and patient when it fails.
import type { Log, Subscription } from './transport.ts'

/** Where something was appended: by this process itself, or perhaps by another. */
export type News = 'here' | 'elsewhere'
/** Waits for news, at most so long. */
export type WaitForNews = (milliseconds: number) => Promise<News | 'none'>

/** Runs `work` again and again until closed. */
export function startPollingLoop(
  readers: Set<(mustLook: boolean) => void>,
  work: (isStopping: () => boolean, wait: WaitForNews) => Promise<void>,
  log: Log,
  name: string,
): Subscription {
  let stopping = false
  let news: News | undefined
  let wakeUp: (() => void) | undefined
  const wake = (mustLook: boolean) => {
    if (mustLook || !news) news = mustLook ? 'elsewhere' : 'here'
    wakeUp?.()
  }
  readers.add(wake)
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
    const heard = news ?? 'none'
    news = undefined
    return heard
  }
  const finished = (async () => {
    let failures = 0
    while (!stopping) {
      try {
        await work(() => stopping, wait)
        failures = 0
      } catch (error) {
        failures += 1
        if (!stopping)
          log.warn({ group: name, error: String(error) }, 'Messages could not be delivered; they come again.')
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** failures, 5_000)))
      }
    }
  })()
  return {
    async close() {
      stopping = true
      readers.delete(wake)
      wakeUp?.()
      await finished
    },
  }
}
