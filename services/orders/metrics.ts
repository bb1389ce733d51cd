// What the orders service counts of the business. Each step of an order is counted by the process that has stored it, after its commit:
// a step that is tried again, resumed or told twice finds the order changed and is not stored a second time. A process that dies between
// the commit and the count loses the count; the books are in the database.
import { counter, type Figures, histogram, type Metrics, mostCounted } from '@souk/service'
import type { Step } from './checkout/placing-steps.ts'
import { isOpen, type Order, openStatuses } from './order/order.ts'

const outcomes = [
  'paid',
  'declined',
  'out_of_stock',
  'price_changed',
  'too_many_reservations',
  'canceled',
  'expired',
  'failed',
] as const
export type CheckoutOutcome = (typeof outcomes)[number]

export const checkoutsTotal = counter('souk_checkouts_total', 'Checkouts that ended, by how', 'outcome', outcomes)
/** With the bound of our objective: 3 s. */
const checkoutSeconds = histogram(
  'souk_checkout_duration_seconds',
  'From the request that placed an order to the end of its checkout, the customer’s own time included',
  [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900, 3600],
  'outcome',
  outcomes,
)
export const cartsCreated = counter('souk_carts_created_total', 'Carts that were stored for the first time')
const ordersShipped = counter('souk_orders_shipped_total', 'Orders of which the first parcel was sent')
export const checkoutsResumed = counter(
  'souk_checkouts_resumed_total',
  'Checkouts that were taken up again after they made no progress, by the status that they reached',
  'status',
  ['checking-out', 'awaiting-customer', 'capturing', 'paid', 'canceled'],
)
export const orderMetrics = [checkoutsTotal, checkoutSeconds, cartsCreated, ordersShipped, checkoutsResumed]

/** Counts a step that has been committed. `before`: the order on which it was decided. */
export function countStep(
  before: Order,
  { order, shipment }: Pick<Step, 'order' | 'shipment'>,
  at: string,
  metrics: Metrics,
): void {
  if (shipment && before.shipments.length === 0) metrics.count(ordersShipped)
  if (!isOpen(before) || isOpen(order)) return
  const outcome = outcomeOf(order)
  metrics.count(checkoutsTotal, outcome)
  metrics.observe(checkoutSeconds, Math.max(0, Date.parse(at) - Date.parse(order.placedAt)) / 1000, outcome)
}

const outcomeByReason: Readonly<Record<string, CheckoutOutcome>> = {
  declined: 'declined',
  'out-of-stock': 'out_of_stock',
  'too-many-reservations': 'too_many_reservations',
  'by-customer': 'canceled',
  'by-staff': 'canceled',
  expired: 'expired',
}
function outcomeOf({ status, cancelReason }: Order): CheckoutOutcome {
  return status === 'canceled' ? (outcomeByReason[cancelReason ?? ''] ?? 'failed') : 'paid'
}

/** Open checkouts, which are few: an order leaves this table when its outcome is final. */
export const orderFigures: Figures = {
  metrics: [
    {
      name: 'souk_checkouts_open',
      help: 'Checkouts whose outcome is not final, at most 10001 in all',
      label: 'status',
      values: openStatuses,
      perService: false,
    },
    {
      name: 'souk_checkouts_oldest_seconds',
      help: 'Age of the oldest open checkout',
      label: 'status',
      values: openStatuses,
      perService: false,
    },
    {
      name: 'souk_saga_unsettled_oldest_seconds',
      help: 'How long the oldest open checkout waits for us: since its last step, or since the time of its customer was over',
      perService: false,
    },
  ],
  select: (sql) => sql`
    select figure.metric, figure.label, figure.value
    from (
      select o.status, count(*)::float as open,
        extract(epoch from clock_timestamp() - min(o.placed_at))::float as oldest
      from (select order_id from open_checkout limit ${mostCounted}) as c
      join orders o on o.id = c.order_id
      group by o.status
    ) as checkouts
    cross join lateral (values ('souk_checkouts_open', status, open), ('souk_checkouts_oldest_seconds', status, oldest))
      as figure (metric, label, value)
    union all
    select 'souk_saga_unsettled_oldest_seconds', '', coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float
    from (
      select case when c.deadline_at is null then o.updated_at else c.deadline_at end as since
      from (select order_id, deadline_at from open_checkout limit ${mostCounted}) as c
      join orders o on o.id = c.order_id
    ) as unsettled
    where since < clock_timestamp()`,
}
