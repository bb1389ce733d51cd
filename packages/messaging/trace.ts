// W3C trace context: who caused what, across calls and messages. https://www.w3.org/TR/trace-context/
import { randomBytes } from 'node:crypto'

export interface Trace {
  traceId: string
  spanId: string
  /** The span that caused this one; none when the trace begins here. */
  parentSpanId?: string
  /** Nobody exports a span of this id: what happens in such a trace has no parent. */
  isBare?: true
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

/** A trace without a span of its own: of a habit, of a question that many share. */
export function newTrace(): Trace {
  return { traceId: randomHex(16), spanId: randomHex(8), isBare: true }
}
/** A new span in the trace of a traceparent header; in a new trace when there is none or it is malformed. */
export function continueTrace(traceparent: string | undefined): Trace {
  const match = traceparent && /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent)
  if (!match || /^0+$/.test(match[1] as string)) return childOf(newTrace())
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string]
  return childOf(isSampled(flags) ? { traceId, spanId } : { traceId, spanId, isBare: true })
}
/** A span inside this one, for a call that we make. */
export function childOf({ traceId, spanId, isBare }: Trace): Trace {
  return { traceId, spanId: randomHex(8), parentSpanId: isBare ? undefined : spanId }
}
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.isBare ? '00' : '01'}`
}
function isSampled(flags: string): boolean {
  return (Number.parseInt(flags, 16) & 1) === 1
}
