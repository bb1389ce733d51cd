// SQL that changes the table `stock` together with its ledger, `stock_movement`.
import type { Sql, Statement } from '@souk/postgres'

/**
 * CTEs `ledger` and `updated_stock`: write movements to the ledger and add them to the stock. `movements` names rows of the same
 * statement (reference, sku, location, kind, reason, on_hand, reserved); their stock is locked.
 */
export function writeMovements(sql: Sql, movements: Statement): Statement {
  return sql`
    ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select sku, location, kind, on_hand, reserved, reference, reason from ${movements}
    ), updated_stock as (
      update stock s
      set on_hand = s.on_hand + change.on_hand, reserved = s.reserved + change.reserved, updated_at = clock_timestamp()
      from (
        select sku, location, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved
        from ${movements}
        group by sku, location
      ) as change
      where s.sku = change.sku and s.location = change.location
    )`
}
