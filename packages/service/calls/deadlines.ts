// How long a call may take. A deadline is a time in milliseconds since 1970, and passes from each service to those that it calls.
import type { Route } from '@souk/contracts'
import pTimeout from 'p-timeout'
import { Refusal } from '../http/refusals.ts'

const defaultDeadlineSeconds = 3
/** The part of a caller's time that is kept for returning the answer, so that the caller gets it and not its own timeout. */
const reservedForTheWayBack = 0.1

/** The deadline for the calls that a service makes while answering; no limit when the caller has none. */
export function answerDeadline(deadline: number | undefined): number {
  if (deadline === undefined) return Number.POSITIVE_INFINITY
  return deadline - Math.max(0, Math.round((deadline - Date.now()) * reservedForTheWayBack))
}

/** The deadline of a call: the caller's or that of the route, whichever comes first. Refuses (deadline-exceeded) when it is over. */
export function callDeadline(route: Route, callerDeadline = Number.POSITIVE_INFINITY): number {
  const now = Date.now()
  const deadline = Math.min(callerDeadline, now + (route.deadlineSeconds ?? defaultDeadlineSeconds) * 1000)
  if (deadline <= now) throw deadlineExceeded(route)
  return deadline
}

/** Waits for an answer until the deadline, and then refuses (deadline-exceeded). */
export function withDeadline<T>(answer: Promise<T>, deadline: number, route: Route): Promise<T> {
  return pTimeout(answer, {
    milliseconds: Math.max(1, deadline - Date.now()),
    fallback: () => {
      throw deadlineExceeded(route)
    },
  })
}

export function deadlineExceeded(route: Route): Refusal {
  return new Refusal('deadline-exceeded', 504, `The ${route.service} service did not answer in time.`)
}
