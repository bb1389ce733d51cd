// W3C trace context: who caused what, across calls and messages. https://www.w3.org/TR/trace-context/
import { randomBytes } from 'node:crypto'

export interface Trace {
  traceId: string
  spanId: string
  /** The span that caused this one; none when the trace begins here. */
  parentSpanId?: string
}

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

export function newTrace(): Trace {
  return { traceId: randomHex(16), spanId: randomHex(8) }
}
/** A new span in the trace of a traceparent header; a new trace when there is none or it is malformed. */
export function continueTrace(traceparent: string | undefined): Trace {
  const match = traceparent && /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(traceparent)
  if (!match || /^0+$/.test(match[1] as string)) return newTrace()
  return { traceId: match[1] as string, spanId: randomHex(8), parentSpanId: match[2] as string }
}
/** A span inside this one, for a call that we make. */
export function childOf(trace: Trace): Trace {
  return { traceId: trace.traceId, spanId: randomHex(8), parentSpanId: trace.spanId }
}
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-01`
}
