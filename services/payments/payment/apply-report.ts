// The one way in which a provider's word changes a payment, whoever heard it: our own call, a webhook, the resolver.
// One statement when nobody interferes; after a lost race, what is there now is read and merged again.
import type { Trace } from '@souk/messaging'
import { batched } from '@souk/postgres'
import type { PaymentsContext } from '../context.ts'
import type { ProviderPayment } from '../providers/provider.ts'
import type { Known } from './payment.ts'
import { merge, type Refused } from './payment-state.ts'
import { type Change, readPayment, storeChanges } from './payment-table.ts'

const mostLostRaces = 50

/** Says whether the payment was still as it had been read, and is now changed. */
const storeChange = batched<Change & { trace: Trace }, { id: string }, PaymentsContext>({
  key: ({ known }) => known.orderId,
  keyOf: ({ id }) => id,
  write(all, { sql, commit }) {
    const sendFor = all.map(({ known, changes, trace }) => ({ id: known.orderId, messages: changes.messages, trace }))
    const { statement, also } = storeChanges(sql, all)
    return commit(statement, { also, sendFor })
  },
})

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
    if (await storeChange({ known, changes, at: now, trace: context.trace }, context)) {
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
