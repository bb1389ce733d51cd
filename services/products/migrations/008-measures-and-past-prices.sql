-- Unit prices and reduced prices: how much a variant holds, what it has cost, and from which price it is reduced.

alter table variant
  -- { "quantity": 80, "unit": "g" }
  add column measure jsonb,
  -- Staff has marked it as reduced.
  add column is_reduced boolean not null default false,
  -- { "EUR": { "lowest": 1900, "began": "2026-11-29T10:00:00.000Z" } }: the reductions that run, with the lowest price of the 30 days
  -- before each began.
  add column reductions jsonb not null default '{}';

-- Of the variant whose price is shown, for lists.
alter table product_price
  add column measure jsonb,
  -- The lowest price of the 30 days before its reduction began.
  add column reduced_from bigint;

-- What each variant has cost, and since when: the newest row of a variant and currency is its present price. Rows are only added; those
-- that ended too long ago to count are deleted. A variant that is taken away and comes back has its prices of before.
create table price_history (
  product_id uuid not null references product (id) on delete cascade,
  -- In lower case: abc-1 and ABC-1 are one.
  sku text collate "C" not null,
  currency text collate "C" not null,
  since timestamptz(3) not null,
  amount bigint not null,
  primary key (product_id, sku, currency, since)
);
insert into price_history (product_id, sku, currency, since, amount)
select v.product_id, lower(v.sku), price.currency, now(), price.amount
from variant v
cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
on conflict do nothing;

-- By a trigger, so that no writer can forget it, nor one of the version before during an upgrade. The time is that of the change, as the
-- product has it. A clock may stand still or go back; the newest row must stay the present price.
create function keep_past_prices() returns trigger language plpgsql as $$
begin
  insert into price_history (product_id, sku, currency, since, amount)
  select v.product_id, lower(v.sku), price.currency, greatest(p.updated_at, last.since + interval '1 millisecond'), price.amount
  from fresh v
  join product p on p.id = v.product_id
  cross join lateral jsonb_to_recordset(v.prices) as price (amount bigint, currency text)
  left join lateral (
    select h.since, h.amount
    from price_history h
    where h.product_id = v.product_id and h.sku = lower(v.sku) and h.currency = price.currency
    order by h.since desc
    limit 1
  ) as last on true
  where last.amount is distinct from price.amount;
  return null;
end $$;
create trigger variant_prices_added
  after insert on variant
  referencing new table as fresh
  for each statement execute function keep_past_prices();
create trigger variant_prices_changed
  after update on variant
  referencing new table as fresh
  for each statement execute function keep_past_prices();
