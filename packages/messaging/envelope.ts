// The envelope of a message: CloudEvents 1.0 in JSON, with the trace that caused it.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
import { randomUUIDv7 } from 'node:crypto'
import type { Message } from '@souk/contracts'
import { newTrace, type Trace, traceparentOf } from './trace.ts'

export interface Envelope<D = unknown> {
  specversion: '1.0'
  /** UUIDv7, made by the sender. Consumers recognize a repeated message by it. */
  id: string
  source: string
  type: string
  /** The message's key: messages with one key arrive in commit order. */
  subject: string
  time: string
  datacontenttype: 'application/json'
  traceparent: string
  data: D
}
/** What caused a message: the trace of the request or of the message before. */
export interface Origin {
  trace: Trace
}

/** Wraps a message that this service sends now. Without an origin, it begins a new trace. */
export function envelopeOf(message: Message, service: string, origin?: Origin): Envelope {
  return {
    specversion: '1.0',
    id: randomUUIDv7(),
    source: `/souk/${service}`,
    type: message.type,
    subject: message.key,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    traceparent: traceparentOf(origin?.trace ?? newTrace()),
    data: message.data,
  }
}
