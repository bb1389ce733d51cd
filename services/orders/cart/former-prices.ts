// What goods cost when a cart was stored, if they cost something else now. Prices of before are kept for as long as carts.
import type { Money } from '@souk/contracts'
import type { Sql, Statement } from '@souk/postgres'

/** The prices of a SKU at the time when its cart was stored. */
export interface FormerPrice {
  sku: string
  prices: { amount: number; currency: string }[]
}

/**
 * Keeps the prices that a message is about to change. `variants`: the new prices of SKUs, as JSON. `newer`: the rows of the message,
 * none when it comes too late to change anything.
 */
export function keepFormerPrices(sql: Sql, variants: Statement, newer: Statement, at: string): Statement {
  return sql`
    insert into former_price (sku, until, prices)
    select p.sku, ${at}::timestamptz, p.prices
    from json_to_recordset(${variants}) as v (sku text, prices json)
    join price_list p on p.sku = v.sku
    where p.prices::text <> v.prices::text and exists (select from ${newer})
    on conflict (sku, until) do nothing`
}

/** The prices of some SKUs at a time, of those that have changed since, as a JSON array of FormerPrice. */
export function formerPricesAsJson(sql: Sql, skus: Statement, at: Statement): Statement {
  return sql`
    (select coalesce(json_agg(json_build_object('sku', f.sku, 'prices', f.prices)), '[]')
      from unnest(${skus}) as wanted (sku)
      cross join lateral (
        select former.sku, former.prices
        from former_price former
        where former.sku = wanted.sku and former.until > ${at}
        order by former.until
        limit 1
      ) as f)`
}

/** A line with its price of before, if that was another one in the currency of the cart. */
export function withFormerPrice<L extends { sku: string; unitPrice: Money }>(
  line: L,
  former: readonly FormerPrice[],
): L & { previousUnitPrice?: Money } {
  const { amount, currency } = line.unitPrice
  const before = former.find(({ sku }) => sku === line.sku)?.prices.find((one) => one.currency === currency)
  return before && before.amount !== amount ? { ...line, previousUnitPrice: { amount: before.amount, currency } } : line
}

/** Deletes prices of before all carts that are kept. */
export async function forgetFormerPrices(before: Date, atOnce: number, sql: Sql): Promise<void> {
  await sql`
    delete from former_price
    where (sku, until) in (select sku, until from former_price where until < ${before} limit ${atOnce})`
}
