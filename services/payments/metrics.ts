// What the payments service counts of the business. A transition is counted by the process that has stored it, after its commit: a
// report that comes twice finds the payment changed and stores nothing. A process that dies between the commit and the count loses the
// count; the books are the ledger.
import { isCurrency } from '@souk/contracts'
import { counter, type Figures, type Metrics, mostCounted } from '@souk/service'
import type { Payment } from './payment/payment.ts'
import type { Transition } from './payment/payment-state.ts'

/** Currencies that exist at zero from the start; others begin with their first payment. */
const currencies = ['EUR', 'USD', 'GBP', 'CHF']
const revenue = counter(
  'souk_revenue_minor_units_total',
  'Money that was captured, in minor units of its currency',
  'currency',
  currencies,
)
const refunds = counter(
  'souk_refunds_minor_units_total',
  'Money that went back, in minor units of its currency',
  'currency',
  currencies,
)
const payments = counter('souk_payments_total', 'Payments whose outcome became known', 'outcome', [
  'captured',
  'declined',
  'voided',
])
export const paymentMetrics = [revenue, refunds, payments]

/** Counts a transition that has been committed. `before`: the payment on which it was decided. */
export function countTransition(before: Payment, { payment, transfers }: Transition, metrics: Metrics): void {
  for (const { credit, amount, currency } of transfers) {
    const isCapture = credit === 'customer-payments'
    metrics.add(isCapture ? revenue : refunds, amount, isCurrency(currency) ? currency : 'other')
  }
  const [earlier, outcome] = [outcomeOf(before), outcomeOf(payment)]
  if (outcome && !earlier) metrics.count(payments, outcome)
}

function outcomeOf({ status }: Payment): 'captured' | 'declined' | 'voided' | undefined {
  switch (status) {
    case 'processing':
    case 'action-required':
    case 'authorized':
      return undefined
    case 'declined':
    case 'voided':
      return status
    default:
      return 'captured'
  }
}

/** Operations without an answer, which are few: an index holds only them. */
export const paymentFigures: Figures = {
  metrics: [
    {
      name: 'souk_payment_operations_pending',
      help: 'Operations that the provider has not answered, without those that wait for the customer; at most 10001',
    },
    { name: 'souk_payment_operations_oldest_seconds', help: 'Age of the oldest of them' },
  ],
  select: (sql) => sql`
    select figure.metric, '' as label, figure.value
    from (
      select count(*)::float as pending,
        coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as oldest
      from (select order_id, created_at from payment_operation where next_check_at is not null limit ${mostCounted}) as o
      where (select status from payment p where p.order_id = o.order_id) <> 'action-required'
    ) as operations
    cross join lateral (
      values ('souk_payment_operations_pending', pending), ('souk_payment_operations_oldest_seconds', oldest)
    ) as figure (metric, value)`,
}
