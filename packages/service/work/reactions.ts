// Makes a service listen: reactions, once per message and in a transaction; and what it merely broadcasts, for its caches.
import { allMessages } from '@souk/contracts'
import {
  type Envelope,
  type Transaction as MessagingTransaction,
  type Subscription,
  startConsumer,
  type Trace,
} from '@souk/messaging'
import { checkMessage } from '../http/validation.ts'
import { round } from '../run/log.ts'
import type { Metrics } from '../run/metrics.ts'
import type { RunningService, RunOptions } from '../run/run.ts'
import { beginSpan } from '../run/telemetry.ts'
import { withJobs } from './jobs.ts'

/** Subscribes a service to what it broadcasts and reacts to; each message leaves a log line, a measurement and a span. */
export async function startReactions(
  { definition, context, contextFor }: RunningService,
  { transport, log, retrySeconds }: RunOptions,
  metrics: Metrics,
): Promise<Subscription[]> {
  const subscriptions: Subscription[] = []
  const { name } = definition
  const { broadcasts } = definition
  if (broadcasts) {
    const types = broadcasts.messages.map((message: { type: string }) => message.type)
    const tail = await transport.tail(types, (envelope) => {
      try {
        broadcasts.receive(envelope, context)
      } catch (error) {
        log.error({ err: error, type: envelope.type }, 'A message was not understood.')
      }
    })
    subscriptions.push(tail)
  }
  if (!definition.reacts?.length) return subscriptions
  const reactions = new Map<
    string,
    ((envelope: Envelope, transaction: MessagingTransaction, trace: Trace) => Promise<void>)[]
  >()
  for (const { messages, react } of definition.reacts) {
    for (const { type } of messages) {
      const list = reactions.get(type) ?? []
      list.push((envelope, transaction, trace) =>
        react(envelope.data as never, withJobs(transaction), contextFor(trace), envelope),
      )
      reactions.set(type, list)
    }
  }
  const consumer: Subscription = await startConsumer({
    database: context.database,
    transport,
    group: name,
    reactions,
    definitions: allMessages,
    check: checkMessage,
    isKnown: ({ type, data }) =>
      definition.reacts?.every(
        ({ messages, isKnown }) => !messages.some((one) => one.type === type) || isKnown?.(data as never, context),
      ) ?? false,
    log,
    retrySeconds,
    onTaken(envelope, trace) {
      const endSpan = beginSpan('consumer', envelope.type, trace, { 'messaging.message.id': envelope.id })
      return (outcome, milliseconds) => {
        endSpan(outcome === 'failed')
        metrics.message(name, envelope.type, outcome, milliseconds / 1000)
        log.info(
          {
            service: name,
            message: envelope.type,
            eventId: envelope.id,
            key: envelope.subject,
            outcome,
            ms: round(milliseconds),
            lagMs: Date.now() - Date.parse(envelope.time),
            traceId: trace.traceId,
          },
          'message',
        )
      }
    },
  })
  subscriptions.push(consumer)
  return subscriptions
}
