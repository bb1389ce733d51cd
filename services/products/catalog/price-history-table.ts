// The SQL of `price_history`: what each variant has cost, for the lowest price of the 30 days before a reduction. A trigger adds its rows.
import type { Sql } from '@souk/postgres'
import { type PastPrice, reductionDays } from './reductions.ts'

/** The prices of a product's variants, past and present. */
export async function readPriceHistory(sql: Sql, productId: string): Promise<PastPrice[]> {
  return sql<PastPrice & { [column: string]: unknown }>`
    select sku, currency, amount, since from price_history where product_id = ${productId}`
}

/**
 * Deletes the rows of a product that ended before the 30 days that count at present, but for those of the 30 days before a reduction that
 * runs. Rows of variants that are no more go 30 days after their last change.
 */
export async function dropOldPrices(sql: Sql, productId: string, now: Date): Promise<void> {
  const days = sql`make_interval(days => ${reductionDays})`
  await sql`
    delete from price_history
    where product_id = ${productId} and (sku, currency, since) in (
      select h.sku, h.currency, h.since
      from (
        select past.sku, past.currency, past.since,
          lead(past.since) over (partition by past.sku, past.currency order by past.since) as ended
        from price_history past
        where past.product_id = ${productId}
      ) as h
      left join lateral (
        select (v.reductions -> h.currency ->> 'began')::timestamptz as began
        from variant v
        where v.product_id = ${productId} and lower(v.sku) = h.sku
      ) as present on true
      where coalesce(h.ended, h.since) <= ${now}::timestamptz - ${days}
        and (h.ended is not null or not exists (
          select from variant v where v.product_id = ${productId} and lower(v.sku) = h.sku))
        and (present.began is null or h.ended <= present.began - ${days} or h.since >= present.began))`
}
