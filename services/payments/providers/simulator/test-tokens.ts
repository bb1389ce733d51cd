// What the simulated bank does for which card. The tokens are part of the shop's documentation: people buy with them.

export interface Card {
  decline?: { code: string; message: string }
  /** The customer must approve on the bank's page; `decline` is then told only after that. */
  action?: boolean
  captureFails?: { code: string; message: string }
  /** What is captured beyond what was asked for. */
  capturesTooMuch?: number
  /** The first call with a key: `after` does it and never answers, `before` does nothing and never answers. */
  silence?: 'before' | 'after'
  errorFirst?: boolean
  delayMs?: number
}

const declined = { code: 'card-declined', message: 'The card was declined.' }

const cards: Readonly<Record<string, Card>> = {
  tok_ok: {},
  tok_declined: { decline: declined },
  tok_insufficient: { decline: { code: 'insufficient-funds', message: 'There is not enough money on the card.' } },
  tok_expired_card: { decline: { code: 'expired-card', message: 'The card has expired.' } },
  tok_3ds: { action: true },
  tok_3ds_declined: {
    action: true,
    decline: { code: 'authentication-failed', message: 'The bank did not confirm it.' },
  },
  tok_timeout_after_capture: { silence: 'after' },
  tok_timeout_before: { silence: 'before' },
  tok_error_500_once: { errorFirst: true },
  tok_capture_declined: {
    captureFails: { code: 'capture-declined', message: 'The bank approved, but did not pay.' },
  },
  tok_slow: { delayMs: 1_500 },
  tok_wrong_amount: { capturesTooMuch: 100 },
}

export function cardOf(token: string): Card | undefined {
  return Object.hasOwn(cards, token) ? cards[token] : undefined
}
