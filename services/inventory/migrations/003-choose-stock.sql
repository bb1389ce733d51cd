-- From where to take: one location that has enough, else several, by priority. Locks the rows; a SKU of which there is not
-- enough comes out with less than was wanted. `before` and `after` are what can be bought over all locations.
create function choose_stock(wanted_skus text[], wanted_quantities bigint[])
returns table (sku text, location text, quantity bigint, before bigint, after bigint)
language sql volatile as $$
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
