-- 001 says that a guest's order never becomes a customer's. Now it does, when the customer has proved the address.
comment on column orders.customer_id is
  'The account that the order belongs to. Null for guests, until an account has proved that the e-mail address is its own.';
