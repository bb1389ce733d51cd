// Checks by schedule what must always hold for money: the newest payments, and the payments of the newest entries of the ledger.
import { countViolations, invariantCheck, invariantFigures } from '@souk/service'
import type { PaymentsContext } from './context.ts'
import { invariants } from './invariants.ts'

/** More would cost more than they find: some statements compare each payment with each operation. */
const newest = 500

export const checkInvariants = invariantCheck((context: PaymentsContext) =>
  countViolations(
    context,
    invariants,
    (sql) => sql`
      with recent as materialized (
        select order_id from (select order_id from payment order by created_at desc, order_id desc limit ${newest}) as paid
        union
        select order_id from (select order_id from ledger_transfer order by id desc limit ${newest}) as booked
      ), payment as materialized (
        select p.* from recent cross join lateral (select * from payment where order_id = recent.order_id) as p
      ), payment_operation as materialized (
        select o.* from recent cross join lateral (select * from payment_operation where order_id = recent.order_id) as o
      ), ledger_transfer as materialized (
        select l.* from recent cross join lateral (select * from ledger_transfer where order_id = recent.order_id) as l
      )`,
  ),
)
export const invariantsOfPayments = invariantFigures(invariants.map(({ id }) => id))
