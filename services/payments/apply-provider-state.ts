// The one way in which a provider's word changes a payment, whoever heard it: our own call, a webhook, the resolver.
// One statement when nobody interferes; after a lost race, what is there now is read and merged again.
import type { PaymentsContext } from './context.ts'
import { merge, type Refused } from './merge.ts'
import type { Known } from './payment.ts'
import { readPayment, storeChanges } from './payment-table.ts'
import type { ProviderPayment } from './provider.ts'

const mostLostRaces = 50

/** The payment after `seen` (or a definite refusal) was merged into it. */
export async function applyProviderState(
  context: PaymentsContext,
  payment: Known,
  seen: ProviderPayment | undefined,
  refused?: Refused,
): Promise<Known> {
  let known = payment
  for (let tries = 0; tries < mostLostRaces; tries++) {
    const now = context.now()
    const changes = merge(known, seen, now, refused)
    if (!changes) return known
    const { statement, also } = storeChanges(context.sql, known, changes, now)
    const [stored] = await context.commit(statement, { also, send: changes.messages })
    if (stored) {
      if (changes.next.status === 'declined' && changes.next.captured > 0)
        context.log.error({ orderId: known.orderId }, 'A provider took another amount than it was asked for.')
      return { ...changes.next, version: known.version + 1, updatedAt: now.toISOString() }
    }
    const current = await readPayment(context.sql, known.orderId)
    if (!current) throw new Error(`Payment ${known.orderId} is gone.`)
    known = current
  }
  throw new Error(`Payment ${payment.orderId} changed ${mostLostRaces} times while it was written.`)
}
