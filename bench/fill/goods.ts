// Products and customers by SQL: each product repeats one of a thousand that the shop's own seed has made, under another name.

const everyProduct = `
  from generate_series($1::bigint, $2::bigint) as k
  join bench_fill.template_product t on t.place = 1 + k % (select count(*) from bench_fill.template_product)`
const named = (column: string) => `regexp_replace(x.${column}, t.number || '$', (1000000 + k)::text)`
const skuOf = `'BULK-' || k || '-' || s.position + 1`

/** By service, what is done for each range of products. */
export const productStatements: Readonly<Record<string, readonly string[]>> = {
  products: [
    `insert into product (id, slug, title, description, status, category_id, attributes, options, variant_count, version,
       created_at, updated_at, sort_title, tags)
     select bench_fill.product_id(k), ${named('slug')}, ${named('title')}, x.description, x.status, x.category_id, x.attributes,
       x.options, x.variant_count, 1, x.created_at - make_interval(mins => (k / 2)::integer), x.updated_at, plain_title(${named('title')}), x.tags
     ${everyProduct} join bench_fill.rows_of_product x on x.id = t.id`,
    `insert into variant (sku, product_id, position, options, prices, weight_grams, measure)
     select ${skuOf}, bench_fill.product_id(k), x.position, x.options, x.prices, x.weight_grams, x.measure
     ${everyProduct} join bench_fill.rows_of_variant x on x.product_id = t.id join bench_fill.template_sku s on s.sku = x.sku`,
    `insert into product_price (product_id, currency, lowest, highest, category_id, is_published, measure)
     select bench_fill.product_id(k), x.currency, x.lowest, x.highest, x.category_id, x.is_published, x.measure
     ${everyProduct} join bench_fill.rows_of_product_price x on x.product_id = t.id`,
  ],
  orders: [
    `insert into price_list (sku, product_id, slug, title, variant_title, prices, weight_grams, image, status)
     select ${skuOf}, bench_fill.product_id(k), ${named('slug')}, ${named('title')}, x.variant_title, x.prices,
       x.weight_grams, x.image, x.status
     ${everyProduct} join bench_fill.rows_of_price_list x on x.product_id = t.id join bench_fill.template_sku s on s.sku = x.sku`,
    `insert into product_heard (product_id, version) select bench_fill.product_id(k), 1 ${everyProduct}`,
  ],
  inventory: [
    `insert into for_sale (sku, product_id, is_for_sale)
     select ${skuOf}, bench_fill.product_id(k), x.is_for_sale
     ${everyProduct} join bench_fill.rows_of_for_sale x on x.product_id = t.id join bench_fill.template_sku s on s.sku = x.sku`,
    `insert into product_heard (product_id, version) select bench_fill.product_id(k), 1 ${everyProduct}`,
  ],
}

/** The rows of these tables that belong to the thousand templates. */
export const productTemplates: Readonly<Record<string, readonly string[]>> = {
  products: ['variant', 'product_price', 'product'],
  orders: ['price_list'],
  inventory: ['for_sale'],
}
export function keepProductTemplates(table: string): string {
  const id = table === 'product' ? 'id' : 'product_id'
  return `create table if not exists bench_fill.rows_of_${table} as
    select x.* from ${table} x where x.${id} in (select id from bench_fill.template_product)`
}

/** What was received so far: all that was sold, and what lies there. Runs last, when the ledger has all sales. */
export const receiveGoods = `
  with received as (
    -- An eighth of the shelves is nearly empty.
    select f.sku, abs(hashtext(f.sku)) % case when abs(hashtext('shelf of ' || f.sku)) % 8 = 0 then 4 else 80 end as on_hand,
      coalesce(sold.units, 0) as units
    from for_sale f
    left join (
      select sku, -sum(on_hand_change)::bigint as units from stock_movement where sku like 'BULK-%' group by sku
    ) as sold using (sku)
    where f.sku like 'BULK-%'
  ), movement as (
    insert into stock_movement (id, sku, location, kind, on_hand_change, reserved_change, reason, at)
    select bench_fill.v7(bench_fill.placed_at(1) - interval '1 day', sku), sku, 'main', 'received', on_hand + units, 0,
      'First delivery', bench_fill.placed_at(1) - interval '1 day'
    from received
  )
  insert into stock (sku, location, on_hand, reserved)
  select sku, 'main', on_hand, 0 from received`

/** Everybody signs in with the password of the staff account. */
export const customerStatements: readonly string[] = [
  `insert into shop_user (id, email, name, email_verified, role, created_at, updated_at)
   select bench_fill.user_id(k), 'customer-' || k || '@example.com', 'Customer ' || k, true, 'customer',
     bench_fill.registered_at(k), bench_fill.registered_at(k)
   from generate_series($1::bigint, $2::bigint) as k`,
  `insert into credential (id, user_id, provider_id, account_id, password)
   select bench_fill.v4('credential ' || k), bench_fill.user_id(k), 'credential', bench_fill.user_id(k), staff.password
   from generate_series($1::bigint, $2::bigint) as k
   cross join (
     select c.password from credential c join shop_user u on u.id = c.user_id where u.role = 'staff' limit 1) as staff`,
  `insert into address (id, user_id, name, line1, city, postal_code, country, is_default)
   select bench_fill.v7(bench_fill.registered_at(k), 'address ' || k), bench_fill.user_id(k), 'Customer ' || k, 'Long Street ' || k % 200, 'Berlin',
     '10115', 'DE', true
   from generate_series($1::bigint, $2::bigint) as k`,
  `insert into session (id, user_id, token_hash, expires_at, created_at)
   select bench_fill.v4('session ' || k), bench_fill.user_id(k), translate(encode(sha256(('session ' || k)::bytea), 'base64'), '+/=', '-_'), now() + interval '7 days', now() - interval '7 days'
   from generate_series($1::bigint, $2::bigint) as k where k % 5 = 0`,
]
