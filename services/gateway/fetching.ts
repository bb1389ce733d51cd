// Carries a request to the service that owns its route, within its deadline. Reads are tried once more when the service was
// not to be reached, as long as that stays rare: retries of everything would finish off a service in trouble.
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Route } from '@souk/contracts'
import { type Cargo, type Carriage, Refusal } from '@souk/service'

const defaultDeadlineSeconds = 3
/** For each request a tenth of a retry is saved up, and at most this many. */
const retryShare = 0.1
const mostSavedRetries = 20
const longestPauseMs = 40

export interface Fetching {
  fetch(route: Route, cargo: Cargo): Promise<Answer>
}

export function makeFetching(carriage: Carriage): Fetching {
  let savedRetries = mostSavedRetries / 2

  return {
    async fetch(route, cargo) {
      savedRetries = Math.min(mostSavedRetries, savedRetries + retryShare)
      const deadline = Date.now() + (route.deadlineSeconds ?? defaultDeadlineSeconds) * 1000
      const carry = () => carriage.carry(route, { ...cargo, deadline: Math.min(deadline, cargo.deadline ?? deadline) })
      if (route.method !== 'GET') return carry()
      try {
        const answer = await carry()
        if (answer.status !== 503 || !mayRetry(route)) return answer
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'unavailable' && mayRetry(route))) throw error
      }
      await wait(Math.random() * longestPauseMs)
      return carry()
    },
  }

  function mayRetry(route: Route): boolean {
    if (savedRetries < 1 || !carriage.isOpenFor(route.service)) return false
    savedRetries -= 1
    return true
  }
}
