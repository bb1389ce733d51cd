// Reconciles our books with the providers' every hour, in one instance, and keeps how many differences there were for the metrics.
import { checkInTurn, every, type Figures } from '@souk/service'
import type { PaymentsContext } from '../context.ts'
import { findDifferences } from './reconcile.ts'

const name = 'reconciliation'
/** How often it is looked whether one is due. */
const pollSeconds = 30
const leaseSeconds = 900

export const reconcileByItself = every(pollSeconds, 'reconcile', (context: PaymentsContext) => {
  const seconds = context.settings.reconcileMinutes * 60
  return checkInTurn(context, name, { seconds, leaseSeconds }, async () => {
    const { differences } = await findDifferences(context)
    return { [name]: differences }
  })
})

export const reconciliationFigures: Figures = {
  metrics: [
    {
      name: 'souk_ledger_differences',
      help: 'Differences between our books and the providers’ in the last reconciliation; must be 0',
      perService: false,
    },
    {
      name: 'souk_reconciliation_last_success_seconds',
      help: 'When the last reconciliation ended (Unix time); 0 before the first one',
      perService: false,
    },
  ],
  select: (sql) => sql`
    select figure.metric, '' as label, coalesce(figure.value, 0) as value
    from (values (1)) as one
    left join check_outcome on name = ${name} and checked_at is not null
    cross join lateral (
      values ('souk_ledger_differences', violations::float),
        ('souk_reconciliation_last_success_seconds', extract(epoch from checked_at)::float)
    ) as figure (metric, value)`,
}
