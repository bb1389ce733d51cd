// Handles one message inside a transaction: checks it against its contract and runs the reactions to its type.
import type { MessageDefinition } from '@souk/contracts'
import type { Transaction } from './database.ts'
import type { Envelope, Origin } from './envelope.ts'
import { continueTrace, type Trace } from './trace.ts'

export type Reaction = (envelope: Envelope, transaction: Transaction, trace: Trace) => Promise<void>
/** Thrown by a reaction for a message that will never succeed: it becomes a dead letter at once, without retries. */
export class Unprocessable extends Error {
  override name = 'Unprocessable'
}

export interface HandlerOptions {
  /** The reactions to each type of message. */
  reactions: ReadonlyMap<string, readonly Reaction[]>
  definitions: ReadonlyMap<string, MessageDefinition>
  /** What is wrong with a message's data, or undefined. */
  check: (definition: MessageDefinition, data: unknown) => string | undefined
  /** True for messages on which the reactions have nothing to do. They are only recorded. It may throw for wrong data. */
  isKnown?: (envelope: Envelope) => boolean
  /** Called when the handling of a message begins. What it returns is called when the handling has ended. */
  onHandling?: (envelope: Envelope, trace: Trace) => Ended
}
type Outcome = 'done' | 'repeated' | 'failed'
type Ended = (outcome: Outcome, milliseconds: number) => void

export interface MessageHandler {
  /** Runs the reactions. Sets the trace of the message on `origin`, which the transaction stamps on the messages that it sends. */
  react(envelope: Envelope, transaction: Transaction, origin: Origin): Promise<void>
  /** Reports how the handling of a message has ended. */
  report(envelope: Envelope, outcome: Outcome, milliseconds: number): void
}

export function messageHandler(options: HandlerOptions): MessageHandler {
  /** Of the messages that are being handled. When a message is tried again, only its last try is reported. */
  const ended = new WeakMap<Envelope, Ended>()

  function begin(envelope: Envelope): Trace {
    const trace = continueTrace(envelope.traceparent)
    if (options.onHandling) ended.set(envelope, options.onHandling(envelope, trace))
    return trace
  }

  return {
    async react(envelope, transaction, origin) {
      origin.trace = begin(envelope)
      const definition = options.definitions.get(envelope.type)
      const error = definition ? options.check(definition, envelope.data) : 'this type is not declared'
      if (error) throw new Unprocessable(`This message is not what its contract says: ${error}`)
      if (options.isKnown?.(envelope)) return
      for (const reaction of options.reactions.get(envelope.type) ?? [])
        await reaction(envelope, transaction, origin.trace)
    },
    report(envelope, outcome, milliseconds) {
      if (!ended.has(envelope)) begin(envelope)
      ended.get(envelope)?.(outcome, milliseconds)
    },
  }
}

/** The origin of a transaction that handles this message; without a message, of a new trace. */
export function originOf(envelope?: Envelope): Origin {
  return { trace: continueTrace(envelope?.traceparent) }
}
