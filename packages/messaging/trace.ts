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

/** A new trace whose first span nobody exports: of scheduled work, of a request that many callers share. */
export function newTrace(): Trace {
  return { traceId: randomHex(16), spanId: randomHex(8), isBare: true }
}
/** A new trace whose first span is exported: of a request from outside. */
export function beginTrace(): Trace {
  return { traceId: randomHex(16), spanId: randomHex(8) }
}
/** A new span in the trace of a traceparent header; in a new trace when there is none or it is malformed. */
export function continueTrace(traceparent: string | undefined): Trace {
  const parent = traceparent ? parseTraceParent(traceparent) : null
  if (!parent) return childOf(newTrace())
  const { traceId, spanId, traceFlags } = parent
  return childOf(traceFlags & sampledFlag ? { traceId, spanId } : { traceId, spanId, isBare: true })
}
/** A new span inside this one, for a call that we make. */
export function childOf({ traceId, spanId, isBare }: Trace): Trace {
  return { traceId, spanId: randomHex(8), parentSpanId: isBare ? undefined : spanId }
}
/** The traceparent header of what this span causes. */
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.isBare ? '00' : '01'}`
}
