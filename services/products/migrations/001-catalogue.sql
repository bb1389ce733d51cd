-- The catalogue: categories in two levels, products, their variants (what is sold, by SKU) and their slugs.

create table category (
  id uuid primary key,
  slug text collate "C" not null unique,
  title text not null,
  description text not null default '',
  -- A category with a parent has no children: two levels, kept by the code under one lock.
  parent_id uuid references category (id),
  position integer not null default 0
);
create index on category (parent_id);

create table product (
  id uuid primary key,
  slug text collate "C" not null unique,
  title text not null,
  description text not null default '',
  status text not null check (status in ('draft', 'published')),
  category_id uuid references category (id),
  -- { "material": "Stoneware" }: what customers filter by.
  attributes jsonb not null default '{}',
  -- [{ "name": "Size", "values": ["S", "M"] }]: every variant has one value of each.
  options jsonb not null default '[]',
  variant_count integer not null,
  -- Grows with every change; messages carry it, so that a reader can tell an old one from a new one.
  version integer not null default 1,
  -- To the millisecond, as clients see it: a cursor made from it meets the same row again.
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create index product_newest on product (created_at desc, id desc);
create index product_category on product (category_id, created_at desc, id desc) where status = 'published';

create table variant (
  sku text collate "C" primary key,
  product_id uuid not null references product (id) on delete cascade,
  position integer not null,
  -- { "Size": "M" }
  options jsonb not null default '{}',
  -- [{ "amount": 1900, "currency": "EUR" }]: minor units, one price for each currency.
  prices jsonb not null,
  weight_grams integer not null default 0
);
-- A SKU is read aloud, typed and printed in capitals: abc-1 and ABC-1 are one.
create unique index variant_sku on variant (lower(sku));
create index on variant (product_id, position);

-- The cheapest and the dearest variant of a product in each currency: what lists show, filter and sort by. Beside them the
-- product's category and whether it is published, so that a list by price reads this table only until its page is full.
create table product_price (
  product_id uuid not null references product (id) on delete cascade,
  currency text collate "C" not null,
  lowest bigint not null,
  highest bigint not null,
  category_id uuid,
  is_published boolean not null,
  primary key (product_id, currency)
);
create index product_cheapest on product_price (currency, lowest, product_id) where is_published;
create index product_cheapest_in on product_price (currency, category_id, lowest, product_id) where is_published;

create function keep_prices_in_step() returns trigger language plpgsql as $$
begin
  update product_price
  set category_id = new.category_id, is_published = new.status = 'published'
  where product_id = new.id;
  return null;
end $$;
create trigger product_prices
  after update of status, category_id on product
  for each row
  when (old.status is distinct from new.status or old.category_id is distinct from new.category_id)
  execute function keep_prices_in_step();

-- Where a product was found before it was renamed. A slug that another product takes for itself leaves this table.
create table former_slug (
  slug text collate "C" primary key,
  product_id uuid not null references product (id) on delete cascade
);
create index on former_slug (product_id);
