// A channel delivers notifications: mail, push or text message. Each is tried, retried and recorded by itself, so a channel that fails
// holds up no other.
import type { Contents, Kind } from '../letters/letter-templates.ts'

export type ChannelName = 'mail' | 'push' | 'sms'

export interface Outgoing {
  /** The same for every attempt, so that the receiving side can recognize a repetition. */
  readonly messageId: string
  /** An e-mail address, a telephone number, or the id of a browser. */
  readonly recipient: string
  readonly subject: string
  readonly text: string
  /** Of mails. */
  readonly html?: string
  /** Headers of mails besides the common ones. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where a push leads to. */
  readonly url?: string
  readonly kind: Kind
  readonly content: Contents[Kind]
}

/**
 * `refused` is final for this notification. `isGone`: the address takes nothing any more, whatever is sent. `try-again` is a temporary
 * failure; `notBefore` says when at the earliest, where the receiving side asks for that.
 */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused'; readonly error: string; readonly isGone?: boolean }
  | { readonly outcome: 'try-again'; readonly error: string; readonly waitSeconds?: number }

export interface Channel {
  /** How many are sent at once. */
  readonly connections: number
  /** Longer than the slowest batch of 20 takes over its connections. */
  readonly leaseSeconds: number
  /**
   * True where the receiving side does not recognize a repetition: what was tried, and whose outcome a crash has lost, is not sent again.
   */
  readonly isTriedOnce?: boolean
  /** Seconds until each further attempt; it has failed after the last one. */
  readonly retrySeconds: readonly number[]
  /** Never throws: each failure is an outcome. */
  send(outgoing: Outgoing): Promise<Delivery>
  close(): Promise<void>
}
