// Which events of the simulated bank a fact becomes, and which of them the shop has not received before a restart.
import type { ProviderEvent, ProviderEventKind } from '../provider.ts'
import { type Accounts, type Fact, type PaymentFact, referenceOf } from './accounts.ts'
import type { Journal } from './journal.ts'

const largestJournal = 64 * 1024 * 1024
/** Events older than this are not sent again after a restart. */
const resumeMs = 3_600_000

/** The event about a fact; undefined when nobody needs to know. Its id is the same after a restart, so the shop recognizes it. */
export function eventOf(fact: PaymentFact): ProviderEvent | undefined {
  const kind = kindOf(fact)
  const key = keyOf(fact)
  const id = `evt_${key}_${fact.fact === 'did' ? fact.key : fact.fact}`
  return kind && { id, reference: referenceOf(key), kind }
}

function kindOf(fact: PaymentFact): ProviderEventKind | undefined {
  if (fact.fact === 'opened') {
    if (fact.state === 'captured') return 'payment.captured'
    if (fact.state === 'authorized') return fact.captureFailed ? 'payment.failed' : 'payment.authorized'
    return fact.state === 'declined' ? 'payment.failed' : undefined
  }
  if (fact.fact === 'answered') return fact.state === 'authorized' ? 'payment.authorized' : 'payment.failed'
  if (fact.kind === 'capture') return 'payment.captured'
  if (fact.kind === 'refund') return 'payment.refunded'
  return fact.kind === 'void' ? 'payment.voided' : undefined
}

/** The key of the operation that opened the payment. */
export function keyOf(fact: PaymentFact): string {
  return fact.fact === 'opened' ? fact.key : fact.payment
}

/** The events of a webhook. Only this bank signs, so what is signed has this shape. */
export function eventsIn(webhook: string): ProviderEvent[] {
  const { events } = JSON.parse(webhook) as { events: ProviderEvent[] }
  return events.map(({ id, reference, kind }) => ({ id, reference, kind }))
}

/** Applies the whole journal. Returns the events that had not arrived when the last process ended. */
export async function replayJournal(journal: Journal<Fact>, accounts: Accounts): Promise<ProviderEvent[]> {
  const undelivered = new Map<string, ProviderEvent>()
  for await (const fact of journal.read()) {
    if (fact.fact === 'told') {
      for (const id of fact.events) undelivered.delete(id)
      continue
    }
    accounts.apply(fact)
    const event = fact.at > Date.now() - resumeMs ? eventOf(fact) : undefined
    if (event) undelivered.set(event.id, event)
  }
  if (journal.bytes > largestJournal)
    await journal.compact((fact) => fact.fact !== 'told' && accounts.find(keyOf(fact)) !== undefined)
  return [...undelivered.values()]
}
