// Stops what a process runs, in an order that loses nothing.
import type { ProcessParts } from './start-service.ts'

/** If a part fails to stop, the failure is logged and the others are still stopped. */
export function makeStopping(log: ProcessParts['log']) {
  const work: (() => Promise<void>)[] = []
  const stack = new AsyncDisposableStack()
  const controller = new AbortController()
  const logged = (part: string, stop: () => Promise<unknown>) => async () => {
    await stop().catch((error) => log.error({ err: error, part }, 'A part did not stop cleanly.'))
  }
  return {
    /** Aborted when all is stopped: nothing waits any longer for a start. */
    stopping: controller.signal,
    onStopWork: (part: string, stop: () => Promise<unknown>) => void work.push(logged(part, stop)),
    onStop: (part: string, stop: () => Promise<unknown>) => stack.defer(logged(part, stop)),
    /** Work needs no other work to end, only the parts that are stopped after it, in reverse order of starting. */
    async stopAll() {
      controller.abort()
      await Promise.all(work.splice(0).map((stop) => stop()))
      await stack.disposeAsync()
    },
  }
}
