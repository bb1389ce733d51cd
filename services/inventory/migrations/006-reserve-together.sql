-- A crowd that wants one SKU: many orders in one call, granted in the order given, each wholly or not at all. The hot row
-- gets one new version, one lock and one commit for all of them. Outcomes are those of reserve_stock, per order.
create function reserve_together(
  wanted_sku text, orders uuid[], quantities bigint[], pins boolean[], untils timestamptz[], holders text[],
  hold_minutes integer, most_held integer)
returns table (
  order_id uuid, outcome text, status text, expires_at timestamptz,
  sku text, location text, quantity bigint, before bigint, after bigint)
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  seen bigint;
  available bigint;
  fresh uuid[];
  places text[];
  free bigint[];
  wish record;
  missing bigint;
  taken bigint;
  only_place integer;
  refused uuid[] := '{}';
  granted uuid[] := '{}';
  line_orders uuid[] := '{}';
  line_places text[] := '{}';
  line_quantities bigint[] := '{}';
  line_befores bigint[] := '{}';
  line_afters bigint[] := '{}';
begin
  select coalesce(sum(s.on_hand - s.reserved), 0) into seen from stock s where s.sku = wanted_sku;

  -- Reservations before stock, as everywhere, so that nobody waits in a circle.
  with inserted as (
    insert into reservation (order_id, status, expires_at, holder)
    select w.order_id,
      case when w.pin then 'pinned' else 'active' end,
      case when not w.pin then coalesce(w.until, clock_timestamp() + make_interval(mins => hold_minutes)) end,
      w.holder
    from unnest(orders, quantities, pins, untils, holders) as w (order_id, quantity, pin, until, holder)
    where w.quantity <= seen
      and (w.holder is null or most_held > (
        select count(*) from (
          select from reservation r where r.holder = w.holder and r.expires_at is not null limit most_held) as held))
    order by w.order_id
    on conflict (order_id) do nothing
    returning order_id
  )
  select coalesce(array_agg(i.order_id), '{}') into fresh from inserted i;

  if cardinality(fresh) > 0 then
    perform lock_stock(array[wanted_sku]);
    select array_agg(s.location order by p.priority, s.location),
      array_agg(s.on_hand - s.reserved order by p.priority, s.location),
      sum(s.on_hand - s.reserved)
    into places, free, available
    from stock s
    join location p on p.id = s.location
    where s.sku = wanted_sku;

    for wish in
      select w.order_id, w.quantity
      from unnest(orders, quantities) with ordinality as w (order_id, quantity, turn)
      where w.order_id = any (fresh)
      order by w.turn
    loop
      if wish.quantity > available then
        refused := refused || wish.order_id;
        continue;
      end if;
      granted := granted || wish.order_id;
      only_place := null;
      for place in 1 .. cardinality(places) loop
        if free[place] >= wish.quantity then
          only_place := place;
          exit;
        end if;
      end loop;
      missing := wish.quantity;
      for place in coalesce(only_place, 1) .. coalesce(only_place, cardinality(places)) loop
        taken := least(free[place], missing);
        continue when taken <= 0;
        free[place] := free[place] - taken;
        missing := missing - taken;
        line_orders := line_orders || wish.order_id;
        line_places := line_places || places[place];
        line_quantities := line_quantities || taken;
        line_befores := line_befores || available;
        line_afters := line_afters || (available - wish.quantity);
      end loop;
      available := available - wish.quantity;
    end loop;

    if cardinality(refused) > 0 then
      delete from reservation r where r.order_id = any (refused);
    end if;
    with line as materialized (
      select * from unnest(line_orders, line_places, line_quantities) as l (order_id, location, quantity)
    ), lines as (
      insert into reservation_line (order_id, sku, location, quantity)
      select l.order_id, wanted_sku, l.location, l.quantity from line l
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select wanted_sku, l.location, 'reserved', 0, l.quantity, l.order_id::text, 'Reserved for an order' from line l
    )
    update stock s
    set reserved = s.reserved + t.quantity, updated_at = clock_timestamp()
    from (select l.location, sum(l.quantity)::bigint as quantity from line l group by l.location) as t
    where s.sku = wanted_sku and s.location = t.location;

    return query
      select l.order_id, 'reserved', r.status, r.expires_at, wanted_sku, l.location, l.quantity, l.before, l.after
      from unnest(line_orders, line_places, line_quantities, line_befores, line_afters)
        as l (order_id, location, quantity, before, after)
      join reservation r on r.order_id = l.order_id
      -- In the order granted: messages about crossings leave in it.
      order by l.before desc, l.location;
  end if;

  if cardinality(granted) = cardinality(orders) then
    return;
  end if;
  return query
    select w.order_id, a.*
    from unnest(orders, quantities) as w (order_id, quantity)
    cross join lateral repeated_reservation(w.order_id, array[wanted_sku], array[w.quantity]) as a
    where w.order_id <> all (granted);
  return query
    select w.order_id,
      case when w.quantity > seen or w.order_id = any (refused) then 'out-of-stock' else 'too-many' end,
      null, null::timestamptz, wanted_sku, null, w.quantity, least(seen, coalesce(available, seen)), null::bigint
    from unnest(orders, quantities) as w (order_id, quantity)
    where not exists (select from reservation r where r.order_id = w.order_id);
end $$;
