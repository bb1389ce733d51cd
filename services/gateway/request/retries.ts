// Carries a request to the service that owns its route, within its deadline. Reads are tried once more when the service was
// not to be reached, as long as that stays rare: retries of everything would finish off a service in trouble.
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Route } from '@souk/contracts'
import { Refusal, type ServiceCalls, type ServiceRequest } from '@souk/service'

const defaultDeadlineSeconds = 3
/** For each request a tenth of a retry is saved up, and at most this many. */
const retryShare = 0.1
const mostSavedRetries = 20
const longestPauseMs = 40

export interface Fetching {
  fetch(route: Route, request: ServiceRequest): Promise<Answer>
}

export function makeFetching(serviceCalls: ServiceCalls): Fetching {
  let savedRetries = mostSavedRetries / 2

  return {
    async fetch(route, request) {
      savedRetries = Math.min(mostSavedRetries, savedRetries + retryShare)
      const deadline = Date.now() + (route.deadlineSeconds ?? defaultDeadlineSeconds) * 1000
      const call = () =>
        serviceCalls.call(route, { ...request, deadline: Math.min(deadline, request.deadline ?? deadline) })
      if (route.method !== 'GET') return call()
      try {
        const answer = await call()
        if (answer.status !== 503 || !mayRetry(route)) return answer
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'unavailable' && mayRetry(route))) throw error
      }
      await wait(Math.random() * longestPauseMs)
      return call()
    },
  }

  function mayRetry(route: Route): boolean {
    if (savedRetries < 1 || !serviceCalls.isOpenFor(route.service)) return false
    savedRetries -= 1
    return true
  }
}
