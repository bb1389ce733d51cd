// A loop that reads the bus: again and again until it is closed, asleep while there is nothing new, and patient when it fails.
import type { Log, Subscription } from './transport.ts'

/** Waits for news, at most so long. False when the only news is what this process has appended itself. */
export type WaitForNews = (milliseconds: number) => Promise<boolean>

/** Runs `work` again and again until closed. */
export function startPollingLoop(
  readers: Set<(mustLook: boolean) => void>,
  work: (isStopping: () => boolean, wait: WaitForNews) => Promise<void>,
  log: Log,
  name: string,
): Subscription {
  let stopping = false
  let news: 'here' | 'elsewhere' | undefined
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
    const isOwnNews = news === 'here'
    news = undefined
    return !isOwnNews
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
