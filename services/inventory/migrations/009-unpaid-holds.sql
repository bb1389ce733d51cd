-- Bounds for stock that is held while a payment waits for its customer, and what inventory knows of what is for sale.

-- deferred: given back while the payment is not agreed yet. It is reserved again (pinned) when the bank has agreed. Its lines
-- stay, because they say what to reserve. The old check allows less, so every row fits the new one.
alter table reservation drop constraint reservation_status_check;
alter table reservation add constraint reservation_status_check
  check (status in ('active', 'pinned', 'committed', 'released', 'expired', 'deferred')) not valid;

-- The holders of an active reservation, and how much they hold. Written only when a payment waits for its customer: a purchase that
-- is paid at once never writes them. `held_most_units` and `held_most_value` are the bounds of each key of `held_by` at that time.
alter table reservation
  add column held_by text[],
  add column held_units bigint,
  add column held_value bigint,
  add column held_currency text,
  add column held_most_units bigint[],
  add column held_most_value bigint[],
  -- Since when the bank is known to agree. From then on nothing unpins the reservation: a request to hold it comes late.
  add column agreed_at timestamptz;
create index reservation_held_by on reservation using gin (held_by) where expires_at is not null;
-- Nobody counts reservations per holder any more. The column `holder` is no longer written.
drop index reservation_held;

alter table stock_movement drop constraint stock_movement_kind_check;
alter table stock_movement add constraint stock_movement_kind_check check (kind in
  ('received', 'counted', 'damaged', 'returned', 'adjusted', 'reserved', 'released', 'expired', 'sold',
   'deferred', 'reserved-again')) not valid;

-- As in 007, also for a deferred reservation.
create or replace function sell_unreserved(paid_order uuid, wanted_skus text[], wanted_quantities bigint[])
returns table (sku text, location text, quantity bigint, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  perform lock_stock(wanted_skus);
  insert into reservation (order_id, status)
  values (paid_order, 'committed')
  on conflict (order_id) do update set status = 'committed'
  where reservation.status in ('released', 'expired', 'deferred') and reservation.canceled_at is null;
  if not found then
    raise exception 'Order % was reserved or canceled just now.', paid_order using errcode = 'serialization_failure';
  end if;
  delete from reservation_line where order_id = paid_order;
  for sku, location, quantity, before, after in
    select c.sku, c.location, c.quantity, c.before, c.after from choose_stock(wanted_skus, wanted_quantities) c
  loop
    insert into reservation_line (order_id, sku, location, quantity) values (paid_order, sku, location, quantity);
    insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
    values (sku, location, 'sold', -quantity, 0, paid_order, 'Sold, though its reservation was over');
    update stock s set on_hand = s.on_hand - quantity, updated_at = clock_timestamp()
    where s.sku = sell_unreserved.sku and s.location = sell_unreserved.location;
    return next;
  end loop;
end $$;

-- Which SKUs products has published. A SKU without a row was never for sale.
create table for_sale (
  sku text primary key,
  product_id uuid not null,
  is_for_sale boolean not null
);
create index for_sale_by_product on for_sale (product_id);
-- The newest version of each product that was heard of, deleted ones too: older messages that come late change nothing.
create table product_heard (
  product_id uuid primary key,
  version integer not null
);
-- How far the products from before this version have been read. While it is not done, a SKU without a row counts as for sale.
create table catalog_fill (
  only_row boolean primary key default true check (only_row),
  after_product uuid not null default '00000000-0000-0000-0000-000000000000',
  is_done boolean not null default false
);
insert into catalog_fill default values;
-- Since when this service listens to a message that it did not know before. Older ones are not missing here.
create table listens_since (
  type text primary key,
  since timestamptz not null default clock_timestamp()
);
insert into listens_since (type) values ('products.product-changed'), ('products.product-deleted');
