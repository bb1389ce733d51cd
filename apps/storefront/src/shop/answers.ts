// What a page makes of an API that refuses or does not answer: nothing is there, or a part of the shop is down.
import { ProblemError } from '@souk/contracts/client'

/** The answer, or undefined when there is no such thing, or when an address names what cannot exist. */
export async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return undefined
    throw error
  }
}

/** The answer, or 'down' when the part of the shop that knows it does not answer. Refusals are thrown on. */
export async function orDown<T>(answer: Promise<T>): Promise<T | 'down'> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) throw error
    return 'down' // The page says so where it would have shown it; the gateway has logged why.
  }
}
