-- A cart that was merged into the cart of the customer who signed in. It exists for nobody; the row answers repeated requests.
alter table cart add column merged_into uuid;
-- For a customer's current cart. Carts of guests are not in it.
create index cart_of_customer on cart (customer_id) where customer_id is not null;

-- What the first checkout wanted, to tell a repeated request from another wish. Null in orders from before.
alter table orders
  add column cart_version integer,
  -- A hash, because the payment token itself is kept only as long as it is needed.
  add column payment_fingerprint text;

-- True when an order exists for the cart. Volatile and a function, so that it sees the orders of now: an edit that waits for the lock
-- of a checkout continues with the snapshot from before the wait, in which the order of that checkout is missing.
create function is_cart_taken(cart_id uuid) returns boolean language plpgsql volatile as $$
begin
  return exists (select from orders o where o.bought_cart_id = is_cart_taken.cart_id);
end
$$;
