// What the simulated bank agrees to: pure decisions that become facts in its journal.
import { type AuthorizationRequest, type OperationKind, ProviderRefusal } from '../provider.ts'
import { type Account, balanceOf, type Fact } from './accounts.ts'
import type { TestCard } from './test-tokens.ts'

type Opened = Extract<Fact, { fact: 'opened' }>
type Did = Extract<Fact, { fact: 'did' }>
type Answered = Extract<Fact, { fact: 'answered' }>

/** A payment is opened: captured, authorized, declined, or waiting for the customer. */
export function openedFact(request: AuthorizationRequest, card: TestCard, at: number): Opened {
  const { operationId, orderId, amount, currency, returnUrl } = request
  const about = { fact: 'opened' as const, at, key: operationId, order: orderId, amount, currency, captured: 0 }
  if (card.action) {
    const { decline } = card
    return { ...about, kind: 'authorize', state: 'action-required', returnUrl, decline }
  }
  const kind = request.captureNow ? 'capture' : 'authorize'
  if (card.decline) return { ...about, kind, state: 'declined', decline: card.decline }
  if (!request.captureNow) return { ...about, kind, state: 'authorized' }
  if (card.captureFails) {
    const { captureFails } = card
    return { ...about, kind, state: 'authorized', decline: captureFails, captureFailed: captureFails.message }
  }
  return { ...about, kind, state: 'captured', captured: amount + (card.capturesTooMuch ?? 0) }
}

/** Refuses a known idempotency key that comes with other parameters. */
export function checkSameParameters(account: Account, order: string, request: AuthorizationRequest): void {
  const isSame = order === request.orderId && account.amount === request.amount && account.currency === request.currency
  if (!isSame) throw new ProviderRefusal('key-reused', 'This idempotency key was used with other parameters.')
}

/** A capture, void or refund of an open payment; refused where its state does not allow it. */
export function operationFact(
  account: Account,
  kind: OperationKind,
  payment: string,
  key: string,
  amount: number,
  at: number,
): Did {
  const did: Did = { fact: 'did', at, payment, key, kind, amount }
  const { state } = account
  if (kind === 'refund') {
    if (amount <= 0 || amount > balanceOf(account))
      throw new ProviderRefusal('too-much', 'This is more than what is left of the payment.')
    return did
  }
  if (kind === 'void') {
    if (state === 'authorized' || state === 'action-required') return did
    throw new ProviderRefusal('not-open', `A ${state} payment cannot be voided.`)
  }
  if (state !== 'authorized' || account.extras?.captureFailed)
    throw new ProviderRefusal('not-authorized', `A ${state} payment cannot be captured.`)
  if (amount > account.amount) throw new ProviderRefusal('too-much', 'This is more than was authorized.')
  return did
}

/** The customer has answered on the bank's page. */
export function answerFact(account: Account, payment: string, isApproved: boolean, at: number): Answered {
  const decline = isApproved
    ? account.extras?.decline
    : { code: 'customer-declined', message: 'The payment was declined on the bank’s page.' }
  return { fact: 'answered', at, payment, state: decline ? 'declined' : 'authorized', decline }
}
