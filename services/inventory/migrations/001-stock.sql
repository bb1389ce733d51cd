-- How many there are: stock by SKU and location, and the ledger of every change.

create table location (
  id text primary key,
  name text not null,
  -- Orders are taken from the location with the lowest number that has enough.
  priority integer not null
);
insert into location (id, name, priority)
values ('main', 'Berlin', 1), ('east', 'Leipzig', 2)
on conflict (id) do nothing;

-- The hot rows. Nothing may index on_hand or reserved: updates would stop being HOT (in place, without index writes).
create table stock (
  sku text not null,
  location text not null references location (id),
  on_hand bigint not null default 0,
  reserved bigint not null default 0,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (sku, location),
  -- The net under everything: whatever the code does, nothing is sold that is not there.
  constraint stock_is_enough check (0 <= reserved and reserved <= on_hand)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- The ledger: why stock changed. Its sums are the stock, always. Newest first is by id, which is a UUIDv7.
create table stock_movement (
  id uuid not null default uuidv7(),
  sku text not null,
  location text not null,
  kind text not null check (kind in
    ('received', 'counted', 'damaged', 'returned', 'adjusted', 'reserved', 'released', 'expired', 'sold')),
  on_hand_change bigint not null,
  reserved_change bigint not null,
  -- The order that caused it; none for what staff did.
  reference uuid,
  reason text not null,
  by text,
  at timestamptz not null default clock_timestamp(),
  primary key (sku, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_threshold = 50000);
-- One cause moves stock once, whoever asks again.
create unique index stock_movement_cause on stock_movement (reference, kind, sku, location) where reference is not null;

create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'The ledger is append-only: write a new movement in place of changing one.';
end $$;
create trigger stock_movement_is_append_only
before update or delete or truncate on stock_movement
for each statement execute function refuse_rewriting();

-- Who changes what can be bought of a SKU first locks its rows of all locations, always in this order. So nobody waits
-- in a circle, and the sum over the locations, which decides when a SKU is low or sold out, cannot change meanwhile.
create function lock_stock(skus text[]) returns void language plpgsql as $$
begin
  perform from stock where sku = any (skus) order by sku, location for no key update;
end $$;
