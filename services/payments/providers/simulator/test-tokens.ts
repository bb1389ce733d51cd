// Test tokens: what the simulated bank does for which card. They are part of the shop's documentation, and people buy with them.

export interface TestCard {
  decline?: { code: string; message: string }
  /** The customer must approve on the bank's page; `decline` then comes only after that. */
  action?: boolean
  captureFails?: { code: string; message: string }
  /** The amount captured in addition to the requested one. */
  capturesTooMuch?: number
  /** The first call with a key gets no answer; the work is not done (`before`), or it is (`after`). */
  noAnswer?: 'before' | 'after'
  /** The first call with a key fails. */
  errorFirst?: boolean
  delayMs?: number
}

const declined = { code: 'card-declined', message: 'The card was declined.' }

const cards: Readonly<Record<string, TestCard>> = {
  tok_ok: {},
  tok_declined: { decline: declined },
  tok_insufficient: { decline: { code: 'insufficient-funds', message: 'There is not enough money on the card.' } },
  tok_expired_card: { decline: { code: 'expired-card', message: 'The card has expired.' } },
  tok_3ds: { action: true },
  tok_3ds_declined: {
    action: true,
    decline: { code: 'authentication-failed', message: 'The bank did not confirm it.' },
  },
  tok_timeout_after_capture: { noAnswer: 'after' },
  tok_timeout_before: { noAnswer: 'before' },
  tok_error_500_once: { errorFirst: true },
  tok_capture_declined: {
    captureFails: { code: 'capture-declined', message: 'The bank approved, but did not pay.' },
  },
  tok_slow: { delayMs: 1_500 },
  tok_wrong_amount: { capturesTooMuch: 100 },
}

export function findTestCard(token: string): TestCard | undefined {
  return Object.hasOwn(cards, token) ? cards[token] : undefined
}
