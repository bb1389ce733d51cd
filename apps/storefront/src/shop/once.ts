// Requests that happen once however often their button is pressed: each form carries a key, and a press that comes while the first one is
// under way gets the answer of the first.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { ProblemError } from '@souk/contracts/client'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const waitMs = 250
const tries = 16

/** Sends with the key of the form, or a new one where the form has none. */
export async function once<T>(key: string | undefined, send: (key: string) => Promise<T>): Promise<T> {
  const sure = key && uuid.test(key) ? key : randomUUID()
  for (let left = tries; ; left--) {
    try {
      return await send(sure)
    } catch (error) {
      const isUnderWay = error instanceof ProblemError && error.code === 'idempotency-in-flight'
      if (!isUnderWay || left === 1) throw error
      await setTimeout(waitMs)
    }
  }
}
