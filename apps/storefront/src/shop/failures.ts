// Tells what a page can say when the API refuses or does not answer.
import { ProblemError } from '@souk/contracts/client'

/** True when nobody knows whether a request was done: no answer came, or one that says that a part of the shop is down. */
export function isAway(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status >= 500
  // The HTTP client and the network give their errors a code; mistakes of our own have none.
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}

/** The result, or undefined when a part of the shop does not answer. Throws everything else. */
export async function orAway<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (isAway(error)) return undefined // The page says so at the place of the part.
    throw error
  }
}
