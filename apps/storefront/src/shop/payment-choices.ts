// The ways to pay that the checkout offers. In development they are the cards of the simulated bank, each with what it does; a shop that
// sells connects a provider, whose own fields take the card, so that no card number enters the shop.
import type { PaymentChoice } from '@souk/contracts/payments'
import type { TextName } from '../texts/texts.ts'
import type { Visit } from './visit.ts'

export interface PaymentOption {
  readonly id: string
  readonly name: TextName
  readonly hint: TextName
  readonly choice: PaymentChoice
}

const testCard = (id: string, token: string, name: TextName, hint: TextName): PaymentOption => ({
  id,
  name,
  hint,
  choice: { provider: 'simulator', token },
})
const testCards: readonly PaymentOption[] = [
  testCard('ok', 'tok_ok', 'buy.cardOk', 'buy.cardOkHint'),
  testCard('3ds', 'tok_3ds', 'buy.card3ds', 'buy.card3dsHint'),
  testCard('declined', 'tok_declined', 'buy.cardDeclined', 'buy.cardDeclinedHint'),
  testCard('insufficient', 'tok_insufficient', 'buy.cardInsufficient', 'buy.cardInsufficientHint'),
  testCard('expired', 'tok_expired_card', 'buy.cardExpired', 'buy.cardExpiredHint'),
  testCard('3ds-declined', 'tok_3ds_declined', 'buy.card3dsDeclined', 'buy.card3dsDeclinedHint'),
  testCard('slow', 'tok_slow', 'buy.cardSlow', 'buy.cardSlowHint'),
  testCard('unclear', 'tok_timeout_after_capture', 'buy.cardUnclear', 'buy.cardUnclearHint'),
]

export function paymentOptions({ hasTestCards }: Pick<Visit, 'hasTestCards'>): readonly PaymentOption[] {
  return hasTestCards ? testCards : []
}

export function findPaymentOption(
  visit: Pick<Visit, 'hasTestCards'>,
  id: string | undefined,
): PaymentOption | undefined {
  return paymentOptions(visit).find((one) => one.id === id)
}
