// Prints the messages of all contracts as AsyncAPI 3.0. https://www.asyncapi.com/docs/reference/specification/v3.0.0
import { allMessages, type MessageDefinition } from '@souk/contracts'
import { usedShapes, withReferences } from './shapes.ts'

export function asyncApi(shop: { shopName: string }): object {
  const all = [...allMessages.values()]
  const messages = Object.fromEntries(all.map((one) => [nameOf(one), messageOf(one)]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${shop.shopName} messages`,
      version: '1',
      description:
        'The messages between services, as CloudEvents 1.0 in JSON. Each arrives at least once; a repeated message has the same id. Messages with one subject arrive in the order in which they were committed. Once published, a message only gains optional fields.',
    },
    channels: Object.fromEntries(
      all.map((one) => [
        one.type,
        { address: one.type, messages: { [nameOf(one)]: { $ref: `#/components/messages/${nameOf(one)}` } } },
      ]),
    ),
    operations: Object.fromEntries(
      all.map((one) => [`${isCommand(one) ? 'receive' : 'send'}${nameOf(one)}`, operationOf(one)]),
    ),
    components: { messages, schemas: usedShapes([messages]) },
  }
}

/** Events belong to their author, who sends them; commands to their receiver. */
function operationOf(definition: MessageDefinition): object {
  return {
    action: isCommand(definition) ? 'receive' : 'send',
    channel: { $ref: `#/channels/${definition.type}` },
    summary: `${definition.type.split('.')[0]}: ${definition.about}`,
  }
}
function messageOf(definition: MessageDefinition): object {
  return {
    name: definition.type,
    title: definition.about,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'traceparent', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string', format: 'uuid' },
        source: { type: 'string', description: 'Who sent it: /souk/ and the service.' },
        type: { const: definition.type },
        subject: { type: 'string', description: `The key: ${definition.keyField}.` },
        time: { type: 'string', format: 'date-time' },
        datacontenttype: { const: 'application/json' },
        traceparent: { type: 'string' },
        data: withReferences(definition.schema, true),
      },
    },
  }
}
/** `payments.refund-payment` is a command; `payments.payment-refunded` and `payments.refund-failed` are events. */
function isCommand({ type }: MessageDefinition): boolean {
  return /\.(hold|cancel|refund|capture|take|reserve|release)-\w+$/.test(type) && !type.endsWith('ed')
}
function nameOf({ type }: MessageDefinition): string {
  const words = type.slice(type.indexOf('.') + 1).split('-')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
