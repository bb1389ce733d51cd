// Keeps the spans of unsampled traces until it is known how their part in this process ended: a part that failed or was slow is
// exported, the others are forgotten. Only this process decides, and only about its own spans; docs/observability.md says what that means.
import type { EndedSpan, SpanSink } from './telemetry.ts'

/** All of it is bounded: what is above is forgotten, oldest trace first. */
const most = { traces: 1_000, spansOfTrace: 500, keptTraces: 10_000 }

interface Part {
  /** Spans that have begun and not ended. */
  open: number
  spans: EndedSpan[]
}

/** Passes on the spans of sampled traces at once, and those of others when their part in this process failed or took `slowMs`. */
export function outcomeSampling(slowMs: number, pass: (span: EndedSpan) => void): SpanSink {
  const parts = new Map<string, Part>()
  /** Traces of which a part was exported: what comes later of them is, too. */
  const kept = new Set<string>()

  return {
    begun({ traceId, isUnsampled }) {
      if (!isUnsampled || kept.has(traceId)) return
      const part = parts.get(traceId)
      if (part) part.open += 1
      else {
        parts.set(traceId, { open: 1, spans: [] })
        forgetOldest(parts, most.traces)
      }
    },
    ended(span) {
      const { traceId, isUnsampled } = span.trace
      if (!isUnsampled || kept.has(traceId)) {
        pass(span)
        return
      }
      const part = parts.get(traceId)
      if (!part) return
      part.open -= 1
      if (part.spans.length < most.spansOfTrace) part.spans.push(span)
      if (decides(span) && (span.errorType !== undefined || span.endedAt - span.startedAt >= slowMs)) {
        kept.add(traceId)
        forgetOldest(kept, most.keptTraces)
        for (const one of part.spans) pass(one)
        if (!part.spans.includes(span)) pass(span)
        parts.delete(traceId)
      } else if (part.open <= 0) parts.delete(traceId)
    },
  }
}

/** A failed statement or call may have been expected; a failed request, message, job or schedule was not. */
function decides({ kind, trace }: EndedSpan): boolean {
  return kind === 'server' || kind === 'consumer' || trace.parentSpanId === undefined
}

/** Maps and sets keep the order in which entries were added. */
function forgetOldest(entries: Map<string, unknown> | Set<string>, count: number): void {
  if (entries.size <= count) return
  const [oldest] = entries.keys()
  entries.delete(oldest as string)
}
