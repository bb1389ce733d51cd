// Subscribes a service to messages: to those that it reacts to, once each and in a transaction, and to those that every instance
// receives for its caches.
import { allMessages } from '@souk/contracts'
import {
  type ConsumerOptions,
  type Envelope,
  type Groups,
  type Reaction,
  type Subscription,
  startConsumer,
  type Trace,
} from '@souk/messaging'
import { checkMessage } from '../http/validation.ts'
import type { AnyService } from '../run/define-service.ts'
import { round } from '../run/log.ts'
import { eventAgeSeconds, messageSeconds } from '../run/process-metrics.ts'
import type { ProcessParts, RunningService } from '../run/start-service.ts'
import { beginSpan, inside, type Span } from '../run/telemetry.ts'
import { withJobs } from './enqueue-job.ts'

/**
 * Subscribes a service. Each message that it reacts to leaves a log line, a measurement and a span. `retrySeconds` are the
 * seconds until each further try of a message that failed. Returns the subscriptions, to be closed.
 */
export async function startReactions(
  service: RunningService,
  parts: ProcessParts,
  retrySeconds?: readonly number[],
): Promise<Subscription[]> {
  const { name, broadcasts, reacts } = service.definition
  const subscriptions: Subscription[] = []
  if (broadcasts) subscriptions.push(await receiveBroadcasts(broadcasts, service, parts))
  if (reacts?.length) {
    const types = [...new Set(reacts.flatMap(({ messages }) => messages.map(({ type }) => type)))]
    for (const type of types) parts.metrics.histogram(eventAgeSeconds)(name, type)
    const consumer = await startConsumer({
      database: service.context.database,
      transport: parts.transport,
      group: name,
      reactions: reactionsByType(service),
      definitions: allMessages,
      check: checkMessage,
      isKnown: isKnownToAll(service),
      log: parts.log,
      retrySeconds,
      onHandling: recordHandling(name, parts),
    })
    subscriptions.push(consumer)
  }
  return subscriptions
}

/** The groups of services, each with the types that it reacts to. */
export function groupsOf(services: readonly AnyService[]): Groups {
  return new Map(
    services.flatMap(({ name, reacts }) =>
      reacts?.length ? [[name, [...new Set(reacts.flatMap(({ messages }) => messages.map(({ type }) => type)))]]] : [],
    ),
  )
}

function receiveBroadcasts(
  { messages, receive, missed }: NonNullable<AnyService['broadcasts']>,
  { context }: RunningService,
  { transport, log }: ProcessParts,
): Promise<Subscription> {
  const types = messages.map((message: { type: string }) => message.type)
  const receiveOne = (envelope: Envelope) => {
    try {
      receive(envelope, context)
    } catch (error) {
      log.error({ err: error, type: envelope.type }, 'A broadcast message could not be processed.')
    }
  }
  return transport.tail(types, receiveOne, () => missed(context))
}

function reactionsByType({ definition, contextFor }: RunningService): Map<string, Reaction[]> {
  const byType = new Map<string, Reaction[]>()
  for (const { messages, react } of definition.reacts ?? []) {
    const reaction: Reaction = (envelope, transaction, trace) =>
      // `on` has checked the type: the data is that of one of these messages.
      inside(spans.get(trace), () =>
        react(envelope.data as never, withJobs(transaction, trace), contextFor(trace), envelope),
      )
    for (const { type } of messages) byType.set(type, [...(byType.get(type) ?? []), reaction])
  }
  return byType
}

/** True for messages on which the reactions have nothing to do. They are only recorded. */
function isKnownToAll({ definition, context }: RunningService): ConsumerOptions['isKnown'] {
  const reacts: NonNullable<AnyService['reacts']> = definition.reacts ?? []
  return ({ type, data }) =>
    reacts.every(
      ({ messages, isKnown }) => !messages.some((one) => one.type === type) || isKnown?.(data as never, context),
    )
}

/** Of the messages that are being handled. */
const spans = new WeakMap<Trace, Span>()

function recordHandling(service: string, { metrics, log, transport }: ProcessParts): ConsumerOptions['onHandling'] {
  const messages = metrics.histogram(messageSeconds)
  const ages = metrics.histogram(eventAgeSeconds)
  return (envelope, trace) => {
    const span = beginSpan(
      'consumer',
      `process ${envelope.type}`,
      { trace, service },
      {
        'messaging.system': transport.name,
        'messaging.destination.name': envelope.type,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.consumer.group.name': service,
        'messaging.message.id': envelope.id,
      },
    )
    if (span) spans.set(trace, span)
    return (outcome, milliseconds) => {
      span?.end(outcome === 'failed' ? 'failed' : undefined, { 'souk.outcome': outcome })
      const lagMs = Date.now() - Date.parse(envelope.time)
      messages(service, envelope.type, outcome).observe(milliseconds / 1000)
      if (outcome === 'done') ages(service, envelope.type).observe(Math.max(0, lagMs / 1000))
      log.info(
        {
          service,
          message: envelope.type,
          eventId: envelope.id,
          key: envelope.subject,
          outcome,
          ms: round(milliseconds),
          lagMs,
          traceId: trace.traceId,
          spanId: trace.spanId,
        },
        'message',
      )
    }
  }
}
