// Calls to services on behalf of clients, within the deadline of their route. A read is retried once when its service could not
// be reached. Retries have a budget: if every request were retried, a service in trouble would get twice the load.
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Route } from '@souk/contracts'
import { Refusal, type ServiceCalls, type ServiceRequest } from '@souk/service'

const defaultDeadlineSeconds = 3
/** Each request adds a tenth of a retry to the budget, up to this many. */
const budgetPerRequest = 0.1
const maxBudget = 20
const maxPauseMs = 40

export interface RetryingCalls {
  /** As ServiceCalls.call: throws a Refusal (unavailable, deadline-exceeded) when there was no answer. */
  call(route: Route, request: ServiceRequest): Promise<Answer>
}

export function makeRetryingCalls(serviceCalls: ServiceCalls): RetryingCalls {
  let retryBudget = maxBudget / 2

  return {
    async call(route, request) {
      retryBudget = Math.min(maxBudget, retryBudget + budgetPerRequest)
      const deadline = Date.now() + (route.deadlineSeconds ?? defaultDeadlineSeconds) * 1000
      const callOnce = () =>
        serviceCalls.call(route, { ...request, deadline: Math.min(deadline, request.deadline ?? deadline) })
      if (route.method !== 'GET') return callOnce()
      try {
        const answer = await callOnce()
        if (answer.status !== 503 || !mayRetry(route)) return answer
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'unavailable' && mayRetry(route))) throw error
      }
      await wait(Math.random() * maxPauseMs)
      return callOnce()
    },
  }

  /** Takes a retry from the budget, unless the circuit breaker holds calls to the service back anyway. */
  function mayRetry(route: Route): boolean {
    if (retryBudget < 1 || !serviceCalls.isOpenFor(route.service)) return false
    retryBudget -= 1
    return true
  }
}
