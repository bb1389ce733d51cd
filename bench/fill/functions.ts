// The functions by which every database calculates the same order, customer and SKU from a number, so that the databases agree
// without asking each other.
import type { FillPlan } from './plan.ts'

/** Numbers of filled orders begin behind this one. */
export const firstNumber = 1_000_000

/** Makes the schema bench_fill: what is done, the templates, and the functions. Repeating it is harmless. */
export function functionsFor({ orders, products, customers, years, endsAt }: FillPlan): string {
  return `
    create schema if not exists bench_fill;
    create table if not exists bench_fill.done (step text, chunk integer, primary key (step, chunk));
    create table if not exists bench_fill.later (id integer generated always as identity, place integer, statement text);
    create table if not exists bench_fill.template (
      t integer primary key, order_id uuid, cart_id uuid, number bigint, placed_at timestamptz, email text, skus text[]);
    create table if not exists bench_fill.template_event (event_id uuid primary key, t integer);
    create table if not exists bench_fill.template_product (place integer primary key, id uuid, number text);
    create table if not exists bench_fill.template_sku (sku text primary key, position integer);

    create or replace function bench_fill.v4(seed text) returns uuid immutable parallel safe language sql as
      $$ select overlay(overlay(md5(seed) placing '4' from 13) placing '8' from 17)::uuid $$;
    create or replace function bench_fill.v7(at timestamptz, seed text) returns uuid immutable parallel safe language sql as
      $$ select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(seed), 1, 3)
        || '8' || substr(md5(seed), 4, 15))::uuid $$;
    -- The same new id for the same old one, wherever it stands, with its time moved.
    create or replace function bench_fill.moved(id uuid, n bigint, shift interval) returns uuid
      immutable parallel safe language sql as
      $$ select bench_fill.v7(uuid_extract_timestamp(id) + shift, id::text || n) $$;
    -- From 0 to 1, always the same for the same number.
    create or replace function bench_fill.draw(n bigint, salt bigint) returns double precision
      immutable parallel safe language sql as
      $$ select (hashint8extended(n, salt) & 2147483647) / 2147483648.0::double precision $$;
    create or replace function bench_fill.placed_at(n bigint) returns timestamptz(3)
      immutable parallel safe language sql as
      $$ select '${endsAt}'::timestamptz - interval '1 hour' - (${orders} - n) * interval '${(years * 365 * 86_400_000) / orders} milliseconds' $$;
    create or replace function bench_fill.registered_at(k bigint) returns timestamptz(3)
      immutable parallel safe language sql as
      $$ select '${endsAt}'::timestamptz - interval '11 days' - (${customers} - k) * interval '${(years * 365 * 86_400_000) / customers} milliseconds' $$;
    create or replace function bench_fill.user_id(k bigint) returns uuid immutable parallel safe language sql as
      $$ select bench_fill.v7(bench_fill.registered_at(k), 'user ' || k) $$;
    -- The first customer has one order in 2,000, a fifth of the orders are of guests, and new customers have fewer than old ones.
    create or replace function bench_fill.customer(n bigint) returns bigint immutable parallel safe language sql as
      $$ select case when n % 2000 = 0 then 1 when bench_fill.draw(n, 1) < 0.8
        then 1 + floor(${customers} * bench_fill.draw(n, 2) ^ 1.5)::bigint end $$;
    create or replace function bench_fill.product_id(k bigint) returns uuid immutable parallel safe language sql as
      $$ select bench_fill.v4('product ' || k) $$;
    -- A few goods sell often: half of the lines are of an eighth of the products.
    create or replace function bench_fill.sku(n bigint, place integer) returns text immutable parallel safe language sql as
      $$ select 'BULK-' || 1 + (floor(${products} * bench_fill.draw(n, 3) ^ 3)::bigint + place * 331) % ${products} || '-1' $$;
    -- Which template an order repeats: most have one line and are shipped; the youngest wait to be packed.
    create or replace function bench_fill.template_of(n bigint) returns integer immutable parallel safe language sql as
      $$ select case
        when n > ${orders} - ${Math.ceil(orders / (years * 365))} then (array[101, 9, 11, 12, 7])[1 + n % 5]
        when bench_fill.draw(n, 4) < 0.75 then 102 + n % 2
        when bench_fill.draw(n, 4) < 0.93 then (array[1, 2, 4, 6, 8, 10])[1 + n % 6]
        when bench_fill.draw(n, 4) < 0.97 then 3 else 5 end $$;
    create or replace function bench_fill.swap(content text, old_skus text[], n bigint) returns text
      immutable parallel safe language sql as
      $$ select replace(replace(replace(content,
        '"' || coalesce(old_skus[1], '~') || '"', '"' || bench_fill.sku(n, 0) || '"'),
        '"' || coalesce(old_skus[2], '~') || '"', '"' || bench_fill.sku(n, 1) || '"'),
        '"' || coalesce(old_skus[3], '~') || '"', '"' || bench_fill.sku(n, 2) || '"') $$;
    create or replace function bench_fill.swapped(old_sku text, old_skus text[], n bigint) returns text
      immutable parallel safe language sql as
      $$ select bench_fill.sku(n, array_position(old_skus, old_sku) - 1) $$;`
}

/** The orders of a range with their templates, as \`o\`: the beginning of every statement that repeats rows of orders. */
export const ordersOfRange = `
  with o as materialized (
    select n, t.t, t.order_id as old_id, t.cart_id as old_cart_id, t.skus as old_skus, t.email as old_email,
      'S-' || t.number as old_name, bench_fill.v4('order ' || n) as id, bench_fill.v4('cart ' || n) as cart_id,
      ${firstNumber} + n as number, 'S-' || ${firstNumber} + n as name,
      bench_fill.placed_at(n) - t.placed_at as shift, k as customer,
      coalesce('customer-' || k, 'guest-' || n) || '@example.com' as email
    from generate_series($1::bigint, $2::bigint) as n
    join bench_fill.template t on t.t = bench_fill.template_of(n)
    cross join lateral bench_fill.customer(n) as k
  )`
