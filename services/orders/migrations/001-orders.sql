-- What the orders service knows: carts, a copy of the price list, orders and what happened to them.
-- Amounts are minor units of the order's currency.

-- The whole cart as the client gave it. It is priced anew at every read, so that it never shows an old price.
create table cart (
  id uuid primary key,
  version integer not null default 1,
  -- Who was signed in when it was stored last.
  customer_id uuid,
  body jsonb not null,
  status text not null default 'open' check (status in ('open', 'ordered')),
  updated_at timestamptz not null
) with (fillfactor = 70);
-- For forgetting old carts. BRIN, because unlike a btree it leaves updates heap-only.
create index cart_by_age on cart using brin (updated_at);

-- Our copy of what is for sale, fed by the products service's messages. A SKU that was withdrawn keeps its row.
create table price_list (
  sku text primary key,
  product_id uuid not null,
  slug text not null,
  title text not null,
  variant_title text not null,
  prices jsonb not null,
  weight_grams integer not null,
  image text,
  status text not null check (status in ('draft', 'published', 'gone'))
);
create index price_list_by_product on price_list (product_id);

-- The newest version of each product that was heard of, deleted ones too: older messages that come late change nothing.
create table product_heard (
  product_id uuid primary key,
  version integer not null
);

-- Customers read these numbers out on the telephone. Gaps are fine.
create sequence order_number start 100001;

create table orders (
  id uuid primary key,
  number bigint not null unique default nextval('order_number'),
  cart_id uuid not null,
  -- Null for guests. A guest's order never becomes a customer's because of its e-mail address.
  customer_id uuid,
  email text not null,
  status text not null check (status in
    ('checking-out', 'awaiting-customer', 'capturing', 'paid', 'partially-shipped', 'shipped', 'canceled')),
  -- Counts the steps of the order; each step is decided on one version and commits only on that one.
  version integer not null default 1,
  cancel_reason text,
  -- What the customer was told: { message, code?, missing? }.
  cancel_detail jsonb,

  currency text not null,
  subtotal_amount bigint not null,
  discount_amount bigint not null,
  shipping_amount bigint not null,
  tax_amount bigint not null,
  total_amount bigint not null,
  tax_included boolean not null,
  item_count integer not null,
  -- Frozen at checkout: [{ sku, title, quantity, unitPrice, lineTotal, tax, taxRate, image?, slug? }].
  lines jsonb not null,
  shipping_address jsonb not null,
  billing_address jsonb,
  shipping_method jsonb not null,

  -- { provider, token }: only until the outcome is final, for the resumer.
  payment_choice jsonb,
  return_url text not null,
  next_action jsonb,
  -- Until when the customer may act.
  deadline_at timestamptz,
  -- When the resumer takes the order up, unless a request finishes it before. Pushed forward as a lease.
  resume_at timestamptz,
  paid_at timestamptz,
  placed_at timestamptz not null,
  updated_at timestamptz not null,

  -- Few and large: every statement that writes the table parses each of its checks anew (13 of them were 10 % of a checkout).
  constraint order_adds_up check (
    least(subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount) >= 0 and item_count > 0
    and total_amount = subtotal_amount - discount_amount + shipping_amount + case when tax_included then 0 else tax_amount end),
  constraint order_status_fits check (
    (status = 'canceled') = (cancel_reason is not null)
    and (status = 'awaiting-customer') = (deadline_at is not null)
    and (status in ('checking-out', 'capturing')) = (resume_at is not null)
    and (status not in ('paid', 'partially-shipped', 'shipped') or paid_at is not null))
) with (fillfactor = 80);
-- One cart is bought once: a second order id for it finds the first order.
create unique index orders_one_per_cart on orders (cart_id) where status <> 'canceled';
create index orders_of_customer on orders (customer_id, placed_at desc, id desc) where customer_id is not null;
create index orders_newest on orders (placed_at desc, id desc);
create index orders_by_status on orders (status, placed_at desc, id desc);
create index orders_by_email on orders (lower(email), placed_at desc, id desc);
create index orders_to_resume on orders (resume_at) where resume_at is not null;
create index orders_to_expire on orders (deadline_at) where deadline_at is not null;

-- The timeline, for people, and the log of states, for checks: one row per step, numbered without gaps.
-- Written only together with its order, so a foreign key would but lock the order's row once more.
create table order_event (
  order_id uuid not null,
  version integer not null,
  at timestamptz not null,
  status text not null,
  type text not null,
  message text not null,
  primary key (order_id, version)
);

create table shipment (
  id uuid primary key,
  order_id uuid not null references orders,
  carrier text,
  tracking_number text,
  tracking_url text,
  -- [{ sku, quantity }]
  lines jsonb not null,
  shipped_at timestamptz not null
);
create index shipment_of_order on shipment (order_id);

-- Money going back. What was refunded is the sum of these rows; it is stored nowhere else.
create table refund (
  id uuid primary key,
  order_id uuid not null references orders,
  status text not null check (status in ('pending', 'refunded', 'failed')),
  amount bigint not null check (amount > 0),
  reason text not null,
  -- The units that the money is for: [{ sku, quantity, unshipped }]; `unshipped` of them will not be sent any more.
  lines jsonb not null default '[]',
  created_at timestamptz not null
);
create index refund_of_order on refund (order_id);

-- Nothing searches inside documents, and gathering statistics of them took more time than that of all other columns.
alter table cart alter column body set statistics 0;
alter table orders alter column lines set statistics 0, alter column shipping_address set statistics 0,
  alter column billing_address set statistics 0, alter column shipping_method set statistics 0;
