// PaymentLookup facts the simulated bank tells the shop, under which names, and which of them it still owes after a restart.
import type { ProviderEvent, ProviderEventKind } from '../provider.ts'
import type { Accounts, Fact, Happening } from './accounts.ts'
import type { Journal } from './journal.ts'

const largestJournal = 64 * 1024 * 1024
/** Webhooks older than this are not sent again after a restart. */
const resumeMs = 3_600_000

/** What is told of a fact; undefined when nobody needs to know. */
export function kindOf(fact: Happening): ProviderEventKind | undefined {
  if (fact.fact === 'opened') {
    if (fact.state === 'captured') return 'payment.captured'
    if (fact.state === 'authorized') return fact.captureFailed ? 'payment.failed' : 'payment.authorized'
    return fact.state === 'declined' ? 'payment.failed' : undefined
  }
  if (fact.fact === 'answered') return fact.state === 'authorized' ? 'payment.authorized' : 'payment.failed'
  const kinds = {
    capture: 'payment.captured',
    void: 'payment.voided',
    refund: 'payment.refunded',
    authorize: undefined,
  }
  return kinds[fact.kind] as ProviderEventKind | undefined
}

/** The same after a restart, so that the shop recognizes what it was told before. */
export function eventIdOf(fact: Happening): string {
  return `evt_${paymentKeyOf(fact)}_${fact.fact === 'did' ? fact.key : fact.fact}`
}

/** The events of a webhook; several travel in one. Only we sign, so what is signed has our shape. */
export function eventsIn(webhook: string): ProviderEvent[] {
  const { events } = JSON.parse(webhook) as { events: ProviderEvent[] }
  return events.map(({ id, reference, kind }) => ({ id, reference, kind }))
}

/** Plays the whole journal. Returns the webhooks that had not arrived when the last process ended. */
export async function recall(
  journal: Journal<Fact>,
  accounts: Accounts,
): Promise<Map<string, { kind: ProviderEventKind; key: string }>> {
  const untold = new Map<string, { kind: ProviderEventKind; key: string }>()
  for await (const fact of journal.read()) {
    if (fact.fact === 'told') {
      for (const id of fact.events) untold.delete(id)
      continue
    }
    accounts.play(fact)
    const kind = kindOf(fact)
    if (kind && fact.at > Date.now() - resumeMs) untold.set(eventIdOf(fact), { kind, key: paymentKeyOf(fact) })
  }
  if (journal.bytes > largestJournal)
    await journal.compact((fact) => fact.fact !== 'told' && accounts.find(paymentKeyOf(fact)) !== undefined)
  return untold
}

function paymentKeyOf(fact: Happening): string {
  return fact.fact === 'opened' ? fact.key : fact.payment
}
