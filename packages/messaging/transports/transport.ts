// What Souk asks of a message broker. Every transport passes the same tests (conformance-suite.ts).
import type { Envelope } from '../envelope.ts'

/** An envelope as the relay has it: already JSON, so that it is not parsed on the way. */
export interface SerializedMessage {
  id: string
  type: string
  key: string
  json: string
}

export interface Subscription {
  /** Stops the delivery of new messages and waits for those that are being handled. */
  close(): Promise<void>
}

export interface Transport {
  readonly name: string
  /** What survives after `publish` has confirmed, as far as this transport could verify it. */
  readonly durability: 'none' | 'process-crash' | 'power-loss' | 'replicated'
  /**
   * Stores messages, in order, and resolves with the ids of those that are confirmed. What is missing will be published
   * again; after a missing one, no later message of the same key may be confirmed.
   */
  publish(messages: readonly SerializedMessage[]): Promise<ReadonlySet<string>>
  /**
   * Delivers messages of these types to one member of the group, at least once, in order per key, from the group's
   * first subscription on. When `deliver` resolves the batch is done; when it throws, the batch comes again.
   */
  subscribe(
    group: string,
    types: readonly string[],
    deliver: (batch: Envelope[]) => Promise<void>,
  ): Promise<Subscription>
  /** Delivers messages to this process from now on, at most once each. For caches and live updates. */
  tail(types: readonly string[], listener: (envelope: Envelope) => void): Promise<Subscription>
  /** How many messages the slowest group has yet to read. */
  backlog(): Promise<number>
  close(): Promise<void>
}

export interface TransportOptions {
  url: string
  ownerUrl?: string
  log: Log
}

/** Where parts of the platform log: fields, and a sentence that says what happened. */
export interface Log {
  info(fields: object, sentence: string): void
  warn(fields: object, sentence: string): void
  error(fields: object, sentence: string): void
}
