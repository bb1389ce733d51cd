// The simulated bank's facts as entries that a shop compares its books with.
import type { ProviderEntry } from '../provider.ts'
import { type Accounts, type Fact, referenceOf, unpacked } from './accounts.ts'

/** Undefined for facts that moved nothing and refused nothing. */
export function entryOf(fact: Fact, accounts: Accounts): ProviderEntry | undefined {
  if (fact.fact === 'told') return undefined
  const at = new Date(fact.at)
  if (fact.fact === 'opened') {
    if (fact.state === 'action-required') return undefined
    const amount = fact.captured || fact.amount
    const status = fact.state === 'declined' || fact.captureFailed ? 'failed' : 'succeeded'
    const { key, order, kind, currency } = fact
    return { operationId: key, orderId: order, reference: referenceOf(key), kind, amount, currency, status, at }
  }
  const account = accounts.find(fact.payment)
  if (!account) return undefined
  const about = {
    orderId: unpacked(account.order),
    reference: referenceOf(fact.payment),
    currency: account.currency,
    at,
  }
  if (fact.fact === 'answered') {
    const status = fact.state === 'declined' ? 'failed' : 'succeeded'
    return { ...about, operationId: fact.payment, kind: 'authorize', amount: account.amount, status }
  }
  return {
    ...about,
    operationId: fact.key,
    kind: fact.kind,
    amount: fact.amount,
    status: fact.failed ? 'failed' : 'succeeded',
  }
}
