-- Reserving the stock of an order, in one call and so in one round trip: all lines or none.

-- From where to take: one location that has enough, else several, by priority. Locks the rows; a SKU of which there is not
-- enough comes out with less than was wanted. `before` and `after` are what can be bought over all locations.
create function choose_stock(wanted_skus text[], wanted_quantities bigint[])
returns table (sku text, location text, quantity bigint, before bigint, after bigint)
language sql volatile set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
  with locked as materialized (
    select s.sku, s.location, s.on_hand - s.reserved as available
    from stock s
    where s.sku = any (wanted_skus)
    order by s.sku, s.location
    for no key update
  ), offered as (
    select l.sku, l.location, l.available, w.quantity as wanted,
      (sum(l.available) over (partition by l.sku))::bigint as before,
      (sum(l.available) over (
        partition by l.sku
        order by (l.available >= w.quantity) desc, p.priority, l.location
        rows unbounded preceding))::bigint - l.available as ahead
    from locked l
    join unnest(wanted_skus, wanted_quantities) as w (sku, quantity) on w.sku = l.sku
    join location p on p.id = l.location
  )
  select sku, location, least(available, wanted - ahead), before, before - wanted
  from offered
  where least(available, wanted - ahead) > 0
$$;

-- Answers one row per SKU and location (outcome `reserved`), per SKU that is missing (`out-of-stock`: quantity is what was
-- asked, before what there is), or one row that says why not: `over`, `differs`, `too-many`.
-- Called by itself it is its own transaction, and gives up (SK001, all undone) in the two rare cases that need more: the
-- stock went while we looked, or a SKU becomes low or sold out and that must be told in the same transaction.
create function reserve_stock(
  wanted_order uuid, wanted_skus text[], wanted_quantities bigint[], is_pinned boolean, until timestamptz,
  hold_minutes integer, held_by text, most_held integer, low bigint, in_transaction boolean)
returns table (
  outcome text, status text, expires_at timestamptz,
  sku text, location text, quantity bigint, before bigint, after bigint)
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  found_status text;
  found_until timestamptz;
  skus text[];
  locations text[];
  quantities bigint[];
  befores bigint[];
  afters bigint[];
  taken bigint;
  crosses boolean;
begin
  -- A look without locks refuses a crowd cheaply: nothing is written, and nobody waits for the hot row.
  if exists (
    select from unnest(wanted_skus, wanted_quantities) as w (sku, quantity)
    where w.quantity > coalesce((select sum(s.on_hand - s.reserved) from stock s where s.sku = w.sku), 0)
  ) and not exists (select from reservation r where r.order_id = wanted_order) then
    return query select * from missing_stock(wanted_skus, wanted_quantities);
    return;
  end if;

  if held_by is not null and most_held <= (
    select count(*) from (
      select from reservation r
      where r.holder = held_by and r.expires_at is not null and r.order_id <> wanted_order
      limit most_held) as held
  ) and not exists (select from reservation r where r.order_id = wanted_order) then
    return query select 'too-many', null, null::timestamptz, null, null, null::bigint, null::bigint, null::bigint;
    return;
  end if;

  -- A second call of the same order waits here for the first, and then finds its row.
  insert into reservation (order_id, status, expires_at, holder)
  values (
    wanted_order,
    case when is_pinned then 'pinned' else 'active' end,
    case when not is_pinned then coalesce(until, clock_timestamp() + make_interval(mins => hold_minutes)) end,
    held_by)
  on conflict (order_id) do nothing
  returning status, expires_at into found_status, found_until;
  if not found then
    return query select * from repeated_reservation(wanted_order, wanted_skus, wanted_quantities);
    return;
  end if;

  select array_agg(c.sku), array_agg(c.location), array_agg(c.quantity), array_agg(c.before), array_agg(c.after),
    sum(c.quantity), bool_or(c.after <= 0 or (c.before > low and c.after <= low))
  into skus, locations, quantities, befores, afters, taken, crosses
  from choose_stock(wanted_skus, wanted_quantities) c;

  if taken is distinct from (select sum(w) from unnest(wanted_quantities) as w) then
    if not in_transaction then
      raise exception 'The stock went while we looked.' using errcode = 'SK001';
    end if;
    return query select * from missing_stock(wanted_skus, wanted_quantities);
    return;
  end if;
  if crosses and not in_transaction then
    raise exception 'A SKU becomes low or sold out.' using errcode = 'SK001';
  end if;

  with lines as (
    insert into reservation_line (order_id, sku, location, quantity)
    select wanted_order, t.sku, t.location, t.quantity from unnest(skus, locations, quantities) as t (sku, location, quantity)
  ), ledger as (
    insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
    select t.sku, t.location, 'reserved', 0, t.quantity, wanted_order::text, 'Reserved for an order'
    from unnest(skus, locations, quantities) as t (sku, location, quantity)
  )
  update stock s
  set reserved = s.reserved + t.quantity, updated_at = clock_timestamp()
  from unnest(skus, locations, quantities) as t (sku, location, quantity)
  where s.sku = t.sku and s.location = t.location;

  return query
    select 'reserved', found_status, found_until, t.sku, t.location, t.quantity, t.before, t.after
    from unnest(skus, locations, quantities, befores, afters) as t (sku, location, quantity, before, after)
    order by t.sku, t.location;
end $$;

create function missing_stock(wanted_skus text[], wanted_quantities bigint[])
returns table (
  outcome text, status text, expires_at timestamptz,
  sku text, location text, quantity bigint, before bigint, after bigint)
language sql stable as $$
  select 'out-of-stock', null, null::timestamptz, w.sku, null, w.quantity, there.available, null::bigint
  from unnest(wanted_skus, wanted_quantities) as w (sku, quantity)
  cross join lateral (
    select coalesce(sum(s.on_hand - s.reserved), 0)::bigint as available from stock s where s.sku = w.sku) as there
  where w.quantity > there.available
  order by w.sku
$$;

-- The answer to an order that was here before: its reservation, unless that is over or was for other things.
create function repeated_reservation(wanted_order uuid, wanted_skus text[], wanted_quantities bigint[])
returns table (
  outcome text, status text, expires_at timestamptz,
  sku text, location text, quantity bigint, before bigint, after bigint)
language sql stable as $$
  with differing as (
    select from (select sku, sum(quantity) as quantity from reservation_line where order_id = wanted_order group by sku) as l
    full join unnest(wanted_skus, wanted_quantities) as w (sku, quantity) on w.sku = l.sku
    where w.quantity is distinct from l.quantity
  )
  select case
      when r.status in ('released', 'expired') then 'over'
      when exists (select from differing) then 'differs'
      else 'reserved'
    end, r.status, r.expires_at, l.sku, l.location, l.quantity, null::bigint, null::bigint
  from reservation r
  left join reservation_line l on l.order_id = r.order_id
  where r.order_id = wanted_order
  order by l.sku, l.location
$$;
