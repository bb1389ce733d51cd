// A channel delivers notifications. Mail is the only one so far; SMS and push would be further channels.

export interface Outgoing {
  /** The same for every attempt, so that the receiving side can recognize a repetition. */
  readonly messageId: string
  readonly recipient: string
  readonly subject: string
  readonly html: string
  readonly text: string
}

/** `refused` is final: the recipient or the letter was rejected. `try-again` is a temporary failure. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused' | 'try-again'; readonly error: string }

export interface Channel {
  /** Never throws: each failure is an outcome. */
  send(outgoing: Outgoing): Promise<Delivery>
  close(): Promise<void>
}
