// Checks by schedule what must always hold for orders: the newest ones, and those whose checkout is open.
import { countViolations, invariantCheck, invariantFigures } from '@souk/service'
import type { OrdersContext } from './context.ts'
import { orderInvariants } from './invariants.ts'

const newest = 500
const mostOpen = 1_000
/** Not those about messages that were sent: their table has no index by order. */
const checked = orderInvariants.filter(({ id }) => id !== 'O7' && id !== 'O9')

export const checkInvariants = invariantCheck((context: OrdersContext) =>
  countViolations(
    context,
    checked,
    (sql) => sql`
      with recent as materialized (
        select id from (select id from orders order by number desc limit ${newest}) as newest
        union
        select order_id from (select order_id from open_checkout limit ${mostOpen}) as open
      ), orders as materialized (
        select o.* from recent cross join lateral (select * from orders where id = recent.id) as o
      ), open_checkout as materialized (
        select c.* from recent cross join lateral (select * from open_checkout where order_id = recent.id) as c
      ), order_event as materialized (
        select e.* from recent cross join lateral (select * from order_event where order_id = recent.id) as e
      ), shipment as materialized (
        select s.* from recent cross join lateral (select * from shipment where order_id = recent.id) as s
      ), refund as materialized (
        select r.* from recent cross join lateral (select * from refund where order_id = recent.id) as r
      ), withdrawal as materialized (
        select w.* from recent cross join lateral (select * from withdrawal where order_id = recent.id) as w
      )`,
  ),
)
export const invariantsOfOrders = invariantFigures(checked.map(({ id }) => id))
