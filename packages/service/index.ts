// How a service starts, answers, works in the background, and stops.

export {
  columns,
  continueTrace,
  crashpoint,
  type Envelope,
  isDuplicate,
  join,
  json,
  newTrace,
  type Row,
  type Sql,
  type Statement,
  sqlState,
  type Trace,
  together,
  traceparentOf,
  Unprocessable,
  Verbatim,
} from '@souk/messaging'
export * from './answer.ts'
export * from './carrier.ts'
export * from './define-service.ts'
export * from './http.ts'
export * from './identity.ts'
export * from './in-groups.ts'
export * from './log.ts'
export * from './metrics.ts'
export * from './paging.ts'
export * from './problems.ts'
export * from './run.ts'
export * from './settings.ts'
export * from './shared-settings.ts'
