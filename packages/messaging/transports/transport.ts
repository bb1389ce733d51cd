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

/** What survives after a message was confirmed: nothing, a kill of the broker, a power cut, the loss of one of its machines. */
export type Durability = 'none' | 'process-crash' | 'power-loss' | 'replicated'

/** What a transport can promise. The conformance suite asks for what is promised here. */
export interface Features {
  /** Other processes reach the same messages. */
  readonly isShared: boolean
  /** Several members of a group receive at the same time, each its own keys. Otherwise one receives, and another takes over. */
  readonly spreadsGroups: boolean
  /** Messages arrive in the order in which they were confirmed, whatever their keys. Otherwise only those of one key do. */
  readonly hasOneOrder: boolean
}

/** The durable groups and the types that each reads, whether or not their services run now. */
export type Groups = ReadonlyMap<string, readonly string[]>

/** The largest message as JSON. All brokers take it as they are installed; `publish` does not confirm a larger one. */
export const largestMessageBytes = 1_000_000

export interface Transport {
  readonly name: string
  readonly features: Features
  /** As far as this transport could verify it with its broker. */
  readonly durability: Durability
  /** What `durability` is based on, in a sentence that names the setting that would make it better. */
  readonly durabilityReason: string
  /** False while there is no connection to the broker. */
  isConnected(): boolean
  /**
   * Stores messages, in order, and resolves with the ids of those that are confirmed: durable, and routed to each group that wants
   * them. The relay publishes the missing ones again; after a missing one, no later message of the same key may be confirmed. While the
   * broker is away it resolves with an empty set, or with what was confirmed, within some seconds. It does not reject.
   */
  publish(messages: readonly SerializedMessage[]): Promise<ReadonlySet<string>>
  /**
   * Delivers messages of these types to one member of the group, at least once, in order per key, from the group's
   * first subscription on (or from when it was listed in `groups`). When `deliver` resolves the batch is done, and only then it is
   * acknowledged; when it throws, the batch comes again after a pause that grows until a batch succeeds, and nothing of the same keys
   * overtakes it. It is never dropped. One batch at a time, of at most 200 messages. After the loss of the broker it goes on by itself.
   */
  subscribe(
    group: string,
    types: readonly string[],
    deliver: (batch: Envelope[]) => Promise<void>,
  ): Promise<Subscription>
  /**
   * Delivers messages to this process from now on, at most once each. For caches and live updates. `missed` is called when some may
   * have been lost, so that what depends on them starts anew.
   */
  tail(types: readonly string[], listener: (envelope: Envelope) => void, missed?: () => void): Promise<Subscription>
  /** How many messages the slowest group has yet to read. */
  backlog(): Promise<number>
  /** Ends all subscriptions as their `close` does, then the connection: a batch in hand is done and acknowledged. */
  close(): Promise<void>
}

export interface TransportOptions {
  url: string
  /** The same as the owner of its tables (postgres://). */
  ownerUrl?: string
  /** False: its tables are only checked, and MissingMigrations is thrown when they are older than this code (postgres://). */
  migrates?: boolean
  log: Log
  /** Messages are kept for these groups from now on, also before they subscribe. */
  groups?: Groups
  tls?: TlsFiles
}

/** Files in PEM form: whom to trust, and who we are. */
export interface TlsFiles {
  ca?: string
  certificate?: string
  key?: string
}

/** Thrown at the start when a stream, queue or topic has other settings than needed. The sentence names each difference. */
export class WrongBroker extends Error {
  override name = 'WrongBroker'
}

/** Where parts of the platform log: fields, and a sentence that says what happened. */
export interface Log {
  info(fields: object, sentence: string): void
  warn(fields: object, sentence: string): void
  error(fields: object, sentence: string): void
}
