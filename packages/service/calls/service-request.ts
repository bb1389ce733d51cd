// A request to a service, as it travels between services, whether they share a process or not.
import type { Answer, Route } from '@souk/contracts'
import type { Trace } from '@souk/messaging'
import type { Caller } from './service-token.ts'

export interface ServiceRequest {
  params?: Record<string, unknown>
  /** As text when it is passed on, as values when we ask ourselves. */
  query?: string | Record<string, unknown>
  headers?: Record<string, string | undefined>
  body?: string | Uint8Array
  caller: Caller
  trace: Trace
  /** When the caller stops waiting, in milliseconds since 1970. */
  deadline?: number
  ip?: string
  url?: string
}

/** Answers requests of one service in this process; the trace of the request is that of the answer. */
export type LocalService = (route: Route, request: ServiceRequest) => Promise<Answer>
