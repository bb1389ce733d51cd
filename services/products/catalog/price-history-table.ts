// The SQL of `price_history`: what each variant has cost, for the lowest price of the 30 days before a reduction.
import type { Sql } from '@souk/postgres'
import { type PastPrice, reductionDays } from './reductions.ts'

/** More rows of one variant and currency are not kept. */
const mostRows = 200

/** The prices of a product's variants, past and present. */
export async function readPriceHistory(sql: Sql, productId: string): Promise<PastPrice[]> {
  return sql<PastPrice & { [column: string]: unknown }>`
    select sku, currency, amount, since from price_history where product_id = ${productId}`
}

/** Adds the present prices of these products where they differ from the last ones. */
export async function addPrices(sql: Sql, productIds: readonly string[], now: Date): Promise<void> {
  // A clock may stand still or go back; the newest row must stay the present price.
  await sql`
    insert into price_history (product_id, sku, currency, since, amount)
    select v.product_id, lower(v.sku), price.currency,
      greatest(${now}::timestamptz, last.since + interval '1 millisecond'), price.amount
    from variant v
    cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
    left join lateral (
      select h.since, h.amount
      from price_history h
      where h.product_id = v.product_id and h.sku = lower(v.sku) and h.currency = price.currency
      order by h.since desc
      limit 1
    ) as last on true
    where v.product_id = any(${productIds}::uuid[]) and last.amount is distinct from price.amount`
}

/**
 * Deletes the rows of a product that ended before the 30 days that count at present and before those of its running reductions. Of more
 * than 200 rows the dearest go first: the rest can only give a lower price.
 */
export async function dropOldPrices(sql: Sql, productId: string, now: Date): Promise<void> {
  await sql`
    delete from price_history
    where product_id = ${productId} and (sku, currency, since) in (
      select h.sku, h.currency, h.since
      from (
        select past.sku, past.currency, past.since,
          lead(past.since) over (partition by past.sku, past.currency order by past.since) as ended,
          row_number() over (partition by past.sku, past.currency order by past.amount, past.since desc) as place
        from price_history past
        where past.product_id = ${productId}
      ) as h
      left join variant v on v.product_id = ${productId} and lower(v.sku) = h.sku
      where h.ended <= least(${now}::timestamptz, (v.reductions -> h.currency ->> 'began')::timestamptz)
          - make_interval(days => ${reductionDays})
        or (v.sku is null and h.since <= ${now}::timestamptz - make_interval(days => ${reductionDays}))
        or (h.ended is not null and h.place > ${mostRows}))`
}
