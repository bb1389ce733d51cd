-- What staff does to stock: received, counted, damaged, returned, adjusted. Up to 500 movements in one call, each of another
-- SKU or location. Answers one row per movement, or only the rows that cannot be (`problem`); then the caller undoes all.
create function move_stock(
  skus text[], locations text[], kinds text[], quantities bigint[], reasons text[], moved_by text)
returns table (
  problem text, sku text, location text, on_hand bigint, reserved bigint, updated_at timestamptz,
  before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  return query
    select distinct 'location-unknown', null, w.location, null::bigint, null::bigint, null::timestamptz, null::bigint, null::bigint
    from unnest(locations) as w (location)
    where not exists (select from location l where l.id = w.location);
  if found then
    return;
  end if;

  -- A SKU without any row yet has nothing that could be locked but its name.
  perform pg_advisory_xact_lock(fresh.key)
  from (
    select distinct hashtextextended(w.sku, 0) as key from unnest(skus) as w (sku)
    where not exists (select from stock s where s.sku = w.sku)
    order by key) as fresh;
  insert into stock (sku, location)
  select w.sku, w.location from unnest(skus, locations) as w (sku, location)
  order by w.sku, w.location
  on conflict (sku, location) do nothing;
  perform lock_stock(skus);

  return query
    select 'not-enough-stock', s.sku, s.location, s.on_hand, s.reserved, null::timestamptz, null::bigint, null::bigint
    from unnest(skus, locations, kinds, quantities) as w (sku, location, kind, quantity)
    join stock s on s.sku = w.sku and s.location = w.location
    where s.on_hand + on_hand_change(w.kind, w.quantity, s.on_hand) < s.reserved
    order by s.sku, s.location;
  if found then
    return;
  end if;

  return query
    with planned as materialized (
      select w.sku, w.location, w.kind, w.reason, on_hand_change(w.kind, w.quantity, s.on_hand) as change
      from unnest(skus, locations, kinds, quantities, reasons) as w (sku, location, kind, quantity, reason)
      join stock s on s.sku = w.sku and s.location = w.location
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reason, by)
      select p.sku, p.location, p.kind, p.change, 0, p.reason, moved_by from planned p
    ), moved as (
      update stock s
      set on_hand = s.on_hand + p.change, updated_at = clock_timestamp()
      from planned p
      where s.sku = p.sku and s.location = p.location
      returning s.sku, s.location, s.on_hand, s.reserved, s.updated_at, p.change
    )
    -- Beside the update, the statement still sees the stock as it was.
    select null, m.sku, m.location, m.on_hand, m.reserved, m.updated_at, there.available,
      there.available + (sum(m.change) over (partition by m.sku))::bigint
    from moved m
    cross join lateral (
      select sum(s.on_hand - s.reserved)::bigint as available from stock s where s.sku = m.sku) as there;
end $$;

create function on_hand_change(kind text, quantity bigint, on_hand bigint) returns bigint language sql immutable as $$
  select case kind when 'counted' then quantity - on_hand when 'damaged' then -quantity else quantity end
$$;
