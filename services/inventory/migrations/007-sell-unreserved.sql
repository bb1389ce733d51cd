-- As before (004), but it locks the stock before it stores the reservation: new reservations come last, as everywhere, so that
-- nobody waits in a circle. And what was reserved meanwhile is not overwritten: the sale fails, and finds it the next time.
create or replace function sell_unreserved(paid_order uuid, wanted_skus text[], wanted_quantities bigint[])
returns table (sku text, location text, quantity bigint, before bigint, after bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  perform lock_stock(wanted_skus);
  insert into reservation (order_id, status)
  values (paid_order, 'committed')
  on conflict (order_id) do update set status = 'committed'
  where reservation.status in ('released', 'expired') and reservation.canceled_at is null;
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
