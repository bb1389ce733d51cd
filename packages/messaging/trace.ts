// W3C trace context: who caused what, across calls and messages. https://www.w3.org/TR/trace-context/
import { randomBytes } from 'node:crypto'
import { parseTraceParent } from '@opentelemetry/core'

/** A span by its ids, which are hexadecimal. */
export interface Trace {
  traceId: string
  spanId: string
  /** The span that caused this one; none when the trace begins here. */
  parentSpanId?: string
  /** No span with this id is exported, so spans inside it have no parent. */
  isBare?: true
  /** The trace is none of those that are exported in any case: each process exports its part only for an error or a long duration. */
  isUnsampled?: true
}

const sampledFlag = 1

// Random bytes are drawn for many ids at once.
let pool = Buffer.alloc(0)
let used = 0
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(4096)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** Trace ids whose first 32 bits are at least this are unsampled. */
let unsampledFrom = 2 ** 32
/**
 * The share of new traces (0 to 1) that are exported in any case. The trace id decides, so all processes with one share decide alike; a
 * trace that comes from elsewhere keeps its decision, which travels in the flags of `traceparent`.
 */
export function sampleTraces(share: number): void {
  unsampledFrom = share * 2 ** 32
}
function newIds(): Trace {
  const traceId = randomHex(16)
  const trace: Trace = { traceId, spanId: randomHex(8) }
  if (unsampledFrom < 2 ** 32 && Number.parseInt(traceId.slice(0, 8), 16) >= unsampledFrom) trace.isUnsampled = true
  return trace
}

/** A new trace whose first span nobody exports: of work that begins with a call, which has the first span. */
export function newTrace(): Trace {
  return { ...newIds(), isBare: true }
}
/** A new trace whose first span is exported: of a request from outside, of scheduled work. */
export function beginTrace(): Trace {
  return newIds()
}
/** A new span in the trace of a traceparent header; in a new trace when there is none or it is malformed. */
export function continueTrace(traceparent: string | undefined): Trace {
  const parent = traceparent ? parseTraceParent(traceparent) : null
  if (!parent) return newIds()
  const { traceId, spanId, traceFlags } = parent
  return childOf(traceFlags & sampledFlag ? { traceId, spanId } : { traceId, spanId, isUnsampled: true })
}
/** A new span inside this one, for a call that we make. */
export function childOf({ traceId, spanId, isBare, isUnsampled }: Trace): Trace {
  const child: Trace = { traceId, spanId: randomHex(8), parentSpanId: isBare ? undefined : spanId }
  if (isUnsampled) child.isUnsampled = true
  return child
}
/** The traceparent header of what this span causes. */
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.isBare || trace.isUnsampled ? '00' : '01'}`
}
