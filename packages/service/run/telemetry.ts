// Spans. While nobody exports them, none is made: `beginSpan` returns undefined, and requests and messages carry the ids of their trace
// as they always do. A span is a plain object that knows its service, because services that share a process are told apart.
import { AsyncLocalStorage } from 'node:async_hooks'
import { childOf, type Trace } from '@souk/messaging'
import { observeWork, type WorkObserver } from '@souk/postgres'
import { summaryOf } from './statement-summary.ts'

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type Attributes = Record<string, string | number | boolean | undefined>

/** A span that has ended, as it is exported. Times are in milliseconds since 1970. */
export interface EndedSpan {
  readonly kind: SpanKind
  readonly name: string
  readonly service: string
  readonly trace: Trace
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Attributes
  readonly links: readonly Trace[]
  /** Undefined: it did not fail. */
  readonly errorType?: string
}
/** A span that has begun. */
export interface Span {
  readonly trace: Trace
  readonly service: string
  /** Other spans that wait for the work of this one, too. */
  readonly others?: readonly Trace[]
  /** Ends it. `errorType` says why it failed: a status, the name of an error; never its message. */
  end(errorType?: string, attributes?: Attributes): void
}
/** Where spans go. `begun` and `ended` are called once each. */
export interface SpanSink {
  begun(trace: Trace): void
  ended(span: EndedSpan): void
}

let sink: SpanSink | undefined
const active = new AsyncLocalStorage<Span>()

/** From now on spans are made and go there; undefined: none are made. */
export function sendSpansTo(next: SpanSink | undefined): void {
  sink = next
  observeWork(next && observer)
}

/** Begins the span that has the ids of `trace`. Undefined while nobody exports spans. */
export function beginSpan(
  kind: SpanKind,
  name: string,
  {
    trace,
    service,
    links = [],
    others,
  }: { trace: Trace; service: string; links?: readonly Trace[]; others?: readonly Trace[] },
  attributes: Attributes = {},
): Span | undefined {
  if (!sink) return undefined
  const own = sink
  const startedAt = performance.timeOrigin + performance.now()
  let hasEnded = false
  own.begun(trace)
  return {
    trace,
    service,
    others,
    end(errorType, more) {
      if (hasEnded) return
      hasEnded = true
      const endedAt = performance.timeOrigin + performance.now()
      const all = { ...attributes, ...more, 'error.type': errorType }
      own.ended({ kind, name, service, trace, startedAt, endedAt, attributes: all, links, errorType })
    },
  }
}

/** Begins a span inside that of the work in progress. Undefined outside of any. */
export function beginInside(kind: SpanKind, name: string, attributes?: Attributes): Span | undefined {
  const parent = active.getStore()
  if (!parent) return undefined
  const { service, others: links } = parent
  return beginSpan(kind, name, { trace: childOf(parent.trace), service, links }, attributes)
}

/** Runs work; the statements and transactions in it are inside this span. */
export function inside<T>(span: Span | undefined, work: () => T): T {
  return span ? active.run(span, work) : work()
}

/** The same for work that ends the span when it ends, with the name of the error that it throws. */
export async function during<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (!span) return work()
  try {
    const result = await active.run(span, work)
    span.end()
    return result
  } catch (error) {
    span.end(errorTypeOf(error))
    throw error
  }
}

/** What an error is called in spans: its code or its name, which hold nothing of what was asked. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' && code ? code : typeof name === 'string' ? name : 'unknown'
}

const observer: WorkObserver = {
  statement(client, text) {
    if (text === 'begin') return undefined
    const { summary, operation, table } = summaryOf(text)
    const { database, host } = client as unknown as { database?: string; host?: string } // The driver's types leave them out.
    const span = beginInside('client', summary, {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'server.address': host,
      'db.operation.name': operation,
      'db.collection.name': table,
      'db.query.summary': summary,
    })
    return span && ((error) => span.end(error === undefined ? undefined : errorTypeOf(error)))
  },
  transaction: (work) => during(beginInside('internal', 'transaction'), work),
  current: () => active.getStore(),
  together(callers, work) {
    const [first, ...rest] = (callers as (Span | undefined)[]).filter((one) => one !== undefined)
    if (!first) return active.exit(work)
    return active.run(rest.length > 0 ? { ...first, others: rest.map(({ trace }) => trace) } : first, work)
  },
}
