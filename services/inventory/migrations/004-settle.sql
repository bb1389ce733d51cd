-- What becomes of reserved stock: it is sold, given back, or comes back from a sold order. Each takes many orders at once.

create function lock_stock_of(orders uuid[]) returns void language plpgsql as $$
begin
  perform lock_stock(array(select distinct l.sku from reservation_line l where l.order_id = any (orders)));
end $$;

-- Moves the stock of all lines of these orders: sold (-1, -1), released and expired (0, -1), returned (1, 0).
-- The rows must be locked. `before` and `after` are what can be bought over all locations.
create function move_lines(orders uuid[], kind text, on_hand_sign integer, reserved_sign integer, reason text)
returns table (sku text, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  return query
    with line as materialized (
      select l.order_id, l.sku, l.location, l.quantity from reservation_line l where l.order_id = any (orders)
    ), ledger as (
      insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
      select l.sku, l.location, move_lines.kind, on_hand_sign * l.quantity, reserved_sign * l.quantity, l.order_id::text, move_lines.reason
      from line l
    ), moved as (
      update stock s
      set on_hand = s.on_hand + on_hand_sign * t.quantity,
        reserved = s.reserved + reserved_sign * t.quantity,
        updated_at = clock_timestamp()
      from (select l.sku, l.location, sum(l.quantity)::bigint as quantity from line l group by l.sku, l.location) as t
      where s.sku = t.sku and s.location = t.location
      returning s.sku, t.quantity
    ), by_sku as (
      select m.sku, sum(m.quantity)::bigint as quantity from moved m group by m.sku
    )
    -- Beside the update, the statement still sees the stock as it was.
    select m.sku, there.available, there.available + (on_hand_sign - reserved_sign) * m.quantity
    from by_sku m
    cross join lateral (
      select sum(s.on_hand - s.reserved)::bigint as available from stock s where s.sku = m.sku) as there
    order by m.sku;
end $$;

-- Orders that are paid, and orders that are canceled, in the effect of their events. Harmless when repeated.
-- Answers the SKUs whose availability changed, and (with order_id) the paid orders that hold no stock.
create function settle_orders(placed uuid[], canceled uuid[])
returns table (order_id uuid, sku text, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  sold uuid[];
  held uuid[];
  returning_ones uuid[];
begin
  with changed as (
    update reservation r
    set status = 'committed', expires_at = null
    where r.order_id = any (placed) and r.status in ('active', 'pinned')
    returning r.order_id
  )
  select coalesce(array_agg(c.order_id), '{}') into sold from changed c;

  if cardinality(canceled) > 0 then
    insert into reservation (order_id, status)
    select distinct c, 'released' from unnest(canceled) as c
    on conflict (order_id) do nothing;
    with changed as (
      update reservation r
      set status = case when r.status = 'expired' then 'expired' else 'released' end, expires_at = null, canceled_at = clock_timestamp()
      where r.order_id = any (canceled) and r.canceled_at is null
      returning r.order_id, old.status
    )
    select array_agg(c.order_id) filter (where c.status in ('active', 'pinned')),
      array_agg(c.order_id) filter (where c.status = 'committed')
    into held, returning_ones
    from changed c;
  end if;

  if cardinality(sold || held || returning_ones) > 0 then
    perform lock_stock_of(sold || held || returning_ones);
  end if;
  if cardinality(sold) > 0 then
    perform from move_lines(sold, 'sold', -1, -1, 'Sold');
  end if;
  if held is not null then
    return query select null::uuid, m.* from move_lines(held, 'released', 0, -1, 'The order was canceled') as m;
  end if;
  if returning_ones is not null then
    return query select null::uuid, m.* from move_lines(returning_ones, 'returned', 1, 0, 'The paid order was canceled') as m;
  end if;
  if cardinality(sold) < cardinality(placed) then
    return query
      select distinct p, null, null::bigint, null::bigint
      from unnest(placed) as p
      left join reservation r on r.order_id = p
      where r.order_id is null or (r.status in ('released', 'expired') and r.canceled_at is null);
  end if;
end $$;

-- A paid order whose reservation is gone. Takes the stock anyway; answers less than was asked when there is not enough.
create function sell_unreserved(paid_order uuid, wanted_skus text[], wanted_quantities bigint[])
returns table (sku text, location text, quantity bigint, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  insert into reservation (order_id, status)
  values (paid_order, 'committed')
  on conflict (order_id) do update set status = 'committed';
  delete from reservation_line where order_id = paid_order;
  for sku, location, quantity, before, after in
    select c.sku, c.location, c.quantity, c.before, c.after from choose_stock(wanted_skus, wanted_quantities) c
  loop
    insert into reservation_line (order_id, sku, location, quantity) values (paid_order, sku, location, quantity);
    insert into stock_movement (sku, location, kind, on_hand_change, reserved_change, reference, reason)
    values (sku, location, 'sold', -quantity, 0, paid_order::text, 'Sold, though its reservation was over');
    update stock s set on_hand = s.on_hand - quantity, updated_at = clock_timestamp()
    where s.sku = sell_unreserved.sku and s.location = sell_unreserved.location;
    return next;
  end loop;
end $$;

-- Gives back what an order holds. What is sold stays sold; an order that is not here yet leaves its mark.
create function release_stock(released_order uuid)
returns table (sku text, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  previous text;
begin
  insert into reservation as r (order_id, status)
  values (released_order, 'released')
  on conflict (order_id) do update set status = 'released', expires_at = null where r.status in ('active', 'pinned')
  returning old.status into previous;
  if previous is null then
    return;
  end if;
  perform lock_stock_of(array[released_order]);
  return query select * from move_lines(array[released_order], 'released', 0, -1, 'The order gave it back');
end $$;

-- Gives back what was held too long. Answers the orders, and the SKUs whose availability changed.
create function expire_reservations(most integer)
returns table (order_id uuid, sku text, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  orders uuid[];
begin
  with due as (
    select r.order_id from reservation r
    where r.expires_at < clock_timestamp()
    order by r.expires_at
    limit most
    for update skip locked
  ), changed as (
    update reservation r
    set status = 'expired', expires_at = null
    from due
    where r.order_id = due.order_id
    returning r.order_id
  )
  select array_agg(c.order_id) into orders from changed c;
  if orders is null then
    return;
  end if;
  perform lock_stock_of(orders);
  return query select null::uuid, m.* from move_lines(orders, 'expired', 0, -1, 'Its time ran out') as m;
  return query select o, null, null::bigint, null::bigint from unnest(orders) as o;
end $$;
