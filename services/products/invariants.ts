// The invariants of the catalog's own database: prices of variants and their past.

export const invariants = [
  {
    id: 'C1',
    statement: 'The past of a price ends in the present price.',
    sql: `
      select format('%s costs %s %s, and last cost %s', v.sku, price.amount, price.currency, last.amount) as detail
      from variant v
      cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
      left join lateral (
        select h.amount
        from price_history h
        where h.product_id = v.product_id and h.sku = lower(v.sku) and h.currency = price.currency
        order by h.since desc
        limit 1
      ) as last on true
      where last.amount is distinct from price.amount`,
  },
  {
    id: 'C2',
    statement: 'A reduction is told from no more than the lowest price of the 30 days before it began.',
    sql: `
      select format('%s is reduced from %s %s, and cost %s before', v.sku, reduced.value ->> 'lowest', reduced.key, past.amount)
        as detail
      from variant v
      cross join lateral jsonb_each(v.reductions) as reduced
      cross join lateral (
        select min(h.amount) as amount
        from (
          select one.amount, one.since, lead(one.since) over (order by one.since) as ended
          from price_history one
          where one.product_id = v.product_id and one.sku = lower(v.sku) and one.currency = reduced.key
        ) as h
        where h.since < (reduced.value ->> 'began')::timestamptz
          and (h.ended is null or h.ended > (reduced.value ->> 'began')::timestamptz - interval '30 days')
      ) as past
      where not v.is_reduced or past.amount is null or past.amount < (reduced.value ->> 'lowest')::bigint`,
  },
  {
    id: 'C3',
    statement: 'Lists show the price, measure and reduction of the variant that costs least.',
    sql: `
      select format('product %s in %s: listed %s, variants %s', p.product_id, p.currency, p.lowest, cheapest.amount) as detail
      from product_price p
      left join lateral (
        select price.amount, v.measure, (v.reductions -> p.currency ->> 'lowest')::bigint as reduced_from
        from variant v
        cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
        where v.product_id = p.product_id and price.currency = p.currency
        order by price.amount, v.position
        limit 1
      ) as cheapest on true
      where (p.lowest, p.measure, p.reduced_from)
        is distinct from (cheapest.amount, cheapest.measure, cheapest.reduced_from)`,
  },
] as const
