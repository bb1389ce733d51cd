// The producer span of each message that a relay publishes: in the trace that the message carries, beside the span of its consumer.
import { continueTrace, type Transport } from '@souk/messaging'
import { beginSpan } from '../run/telemetry.ts'

/** The same `publish`, with spans of this service. */
export function tracedPublishing(
  service: string,
  { name, publish }: Pick<Transport, 'name' | 'publish'>,
): Pick<Transport, 'publish'> {
  return {
    async publish(messages) {
      const spans = messages.map(({ id, type, json }) =>
        beginSpan(
          'producer',
          `send ${type}`,
          { trace: continueTrace(traceparentIn(json)), service },
          {
            'messaging.system': name,
            'messaging.destination.name': type,
            'messaging.operation.name': 'send',
            'messaging.operation.type': 'send',
            'messaging.message.id': id,
          },
        ),
      )
      const confirmed = await publish(messages)
      messages.forEach(({ id }, place) => void spans[place]?.end(confirmed.has(id) ? undefined : 'unconfirmed'))
      return confirmed
    },
  }
}

/** Read without parsing the whole message. */
function traceparentIn(json: string): string | undefined {
  return /"traceparent":\s*"([0-9a-f-]{55})"/.exec(json)?.[1]
}
