// What every process measures of its requests, calls, messages, statements, jobs and schedules, by OpenTelemetry's semantic
// conventions where they name such a metric: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
import type { HistogramSpec } from './metric-spec.ts'

/** From 5 ms to 10 s, with the bounds of our objectives: 300 ms for reading, 3 s for buying. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10]
const workBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const statementBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** With the bound of our objective: handled within 30 s. */
const ageBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]

export const requestSeconds: HistogramSpec = {
  name: 'http_server_request_duration_seconds',
  help: 'Answered requests',
  labels: ['service', 'http_request_method', 'http_route', 'http_response_status_code'],
  known: [],
  buckets: requestBuckets,
}
export const callSeconds: HistogramSpec = {
  name: 'http_client_request_duration_seconds',
  help: 'Calls to other services, in this process or elsewhere',
  labels: ['service', 'peer', 'http_request_method', 'outcome'],
  known: [],
  buckets: requestBuckets,
}
export const messageSeconds: HistogramSpec = {
  name: 'messaging_process_duration_seconds',
  help: 'Handled messages',
  labels: ['service', 'type', 'outcome'],
  known: [],
  buckets: workBuckets,
}
export const eventAgeSeconds: HistogramSpec = {
  name: 'souk_event_age_seconds',
  help: 'From the commit of a message to the end of its handling',
  labels: ['service', 'type'],
  known: [],
  buckets: ageBuckets,
}
export const statementSeconds: HistogramSpec = {
  name: 'db_client_operation_duration_seconds',
  help: 'Statements, as long as the service waits for them',
  labels: ['service'],
  known: [],
  buckets: statementBuckets,
}
export const jobSeconds: HistogramSpec = {
  name: 'souk_job_duration_seconds',
  help: 'Runs of jobs',
  labels: ['service', 'job'],
  known: [],
  buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
}
export const jobsTotal = {
  name: 'souk_jobs_total',
  help: 'Runs of jobs, by how they ended; a failed one is tried again',
  labels: ['service', 'job', 'outcome'],
  known: [],
}
export const sentMessages = {
  name: 'messaging_client_sent_messages_total',
  help: 'Messages handed to the broker: confirmed by it, or not (they are sent again)',
  labels: ['service', 'outcome'],
  known: [],
}

const methods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
])
/** The method as a label: any other one is `_OTHER`. */
export function methodLabel(method: string): string {
  return methods.has(method) ? method : '_OTHER'
}
const statuses = new Map<number, string>()
/** The status as a label. */
export function statusLabel(status: number): string {
  let label = statuses.get(status)
  if (label === undefined) {
    label = String(status)
    statuses.set(status, label)
  }
  return label
}
