// The ways in which a notification leaves the house. Mail is the only one so far; SMS and push are further Channels.

export interface Outgoing {
  /** The same for every attempt, so that the other side can recognize a repetition. */
  readonly messageId: string
  readonly recipient: string
  readonly subject: string
  readonly html: string
  readonly text: string
}

/** `refused` is final: this recipient will never take it. `try-again` is weather. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused' | 'try-again'; readonly error: string }

export interface Channel {
  /** Never throws: whatever happens is one of the three. */
  send(outgoing: Outgoing): Promise<Delivery>
  close(): Promise<void>
}
