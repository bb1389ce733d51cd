// Which spans of unsampled traces are exported: those of a part that failed or was slow, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childOf, type Trace } from '@souk/messaging'
import { outcomeSampling } from './outcome-sampling.ts'
import type { EndedSpan, SpanKind } from './telemetry.ts'

const slowMs = 1_000
const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }

/** A server span with a statement inside it, as a process sees them. */
function partOf(trace: Trace, server: Partial<EndedSpan>, statement: Partial<EndedSpan> = {}) {
  const passed: EndedSpan[] = []
  const sampling = outcomeSampling(slowMs, (span) => void passed.push(span))
  const inner = childOf(trace)
  sampling.begun(trace)
  sampling.begun(inner)
  sampling.ended(ended('client', inner, statement))
  const before = passed.length
  sampling.ended(ended('server', trace, server))
  return { sampling, passed, before }
}
function ended(kind: SpanKind, trace: Trace, more: Partial<EndedSpan>): EndedSpan {
  return { kind, name: kind, service: 'orders', trace, startedAt: 0, endedAt: 1, attributes: {}, links: [], ...more }
}
const unsampled: Trace = { ...ids, isUnsampled: true }

test('spans of a sampled trace are exported as they end', () => {
  const { passed, before } = partOf(ids, {})
  assert.deepEqual([before, passed.length], [1, 2])
})

test('an unsampled trace is forgotten when it ended well, in time', () => {
  assert.equal(partOf(unsampled, { endedAt: slowMs - 1 }).passed.length, 0)
})

test('an unsampled trace is exported whole when its request failed or was slow', () => {
  assert.equal(partOf(unsampled, { errorType: '500' }).passed.length, 2)
  assert.equal(partOf(unsampled, { endedAt: slowMs }).passed.length, 2)
})

test('a statement that fails inside a request that succeeds is no reason', () => {
  assert.equal(partOf(unsampled, {}, { errorType: '23505' }).passed.length, 0)
})

test('what comes later of an exported trace is exported, too', () => {
  const { sampling, passed } = partOf(unsampled, { errorType: '500' })
  const later = childOf(unsampled)
  sampling.begun(later)
  sampling.ended(ended('consumer', later, {}))
  assert.equal(passed.length, 3)
})

test('of too many traces at once, the oldest are forgotten', () => {
  const passed: EndedSpan[] = []
  const sampling = outcomeSampling(slowMs, (span) => void passed.push(span))
  const traces = Array.from({ length: 1_001 }, (_, number) => ({ ...unsampled, traceId: String(number) }))
  for (const trace of traces) sampling.begun(trace)
  for (const trace of traces) sampling.ended(ended('server', trace, { errorType: '500' }))
  assert.equal(passed.length, 1_000)
  assert.equal(passed[0]?.trace.traceId, '1')
})

test('of a trace with too many spans, the first 500 and the one that decided are exported', () => {
  const { sampling, passed } = partOf({ ...unsampled, traceId: 'c'.repeat(32) }, {})
  sampling.begun(unsampled)
  for (let count = 0; count < 600; count++) {
    const inner = childOf(unsampled)
    sampling.begun(inner)
    sampling.ended(ended('client', inner, {}))
  }
  sampling.ended(ended('server', unsampled, { errorType: '500' }))
  assert.equal(passed.length, 501)
})
