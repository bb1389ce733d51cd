// Waits until every message has been published and read, so that what comes next can rely on it.
import type { Running } from '@souk/service'

const atMostSeconds = 120

export async function awaitReaders(running: Running): Promise<void> {
  const deadline = Date.now() + atMostSeconds * 1000
  while ((await hasUnpublished(running)) || (await running.transport.backlog()) > 0) {
    if (Date.now() > deadline) throw new Error(`Messages were still on their way after ${atMostSeconds} s.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function hasUnpublished(running: Running): Promise<boolean> {
  for (const { definition, context } of running.services.values()) {
    if (!definition.migrations) continue
    const [row] = await context.sql<{ waiting: boolean }>`select exists (select from outbox) as waiting`
    if (row?.waiting) return true
  }
  return false
}
