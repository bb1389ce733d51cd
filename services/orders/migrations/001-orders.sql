-- What the orders service knows: carts, a copy of the price list, orders and what happened to them.
-- Amounts are minor units of the order's currency.

-- The whole cart as the client gave it. It is priced anew at every read, so that it never shows an old price.
create table cart (
  id uuid primary key,
  version integer not null default 1,
  -- Who was signed in when it was stored last.
  customer_id uuid,
  body json not null,
  updated_at timestamptz not null
) with (fillfactor = 70, autovacuum_analyze_threshold = 50000);
-- For forgetting old carts. BRIN, because unlike a btree it leaves updates heap-only.
create index cart_by_age on cart using brin (updated_at);

-- Our copy of what is for sale, fed by the products service's messages. A SKU that was withdrawn keeps its row.
create table price_list (
  sku text primary key,
  product_id uuid not null,
  slug text not null,
  title text not null,
  variant_title text not null,
  prices json not null,
  weight_grams integer not null,
  image text,
  status text not null check (status in ('draft', 'published', 'gone'))
);
create index price_list_by_product on price_list (product_id);

-- Grows whenever a price may have changed. An order says by which it was priced.
create table price_list_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
) with (fillfactor = 50);
insert into price_list_version (version) values (1);

-- The newest version of each product that was heard of, deleted ones too: older messages that come late change nothing.
create table product_heard (
  product_id uuid primary key,
  version integer not null
);

-- Customers read these numbers out on the telephone. Gaps are fine.
create sequence order_number start 100001;

-- Every order writes its row twice within a moment, so the second time must be cheap: no column that is indexed changes when a
-- checkout is paid, there is room for the new version in the same page, and what changes stands last.
create table orders (
  id uuid primary key,
  number bigint not null unique default nextval('order_number'),
  cart_id uuid not null,
  -- Null for guests. A guest's order never becomes a customer's because of its e-mail address.
  customer_id uuid,
  email text not null,
  currency text not null,
  subtotal_amount bigint not null,
  discount_amount bigint not null,
  shipping_amount bigint not null,
  tax_amount bigint not null,
  total_amount bigint not null,
  tax_included boolean not null,
  item_count integer not null,
  -- Frozen at checkout: [{ sku, title, quantity, unitPrice, lineTotal, tax, taxRate, image?, slug? }].
  lines json not null,
  shipping_address json not null,
  billing_address json,
  shipping_method json not null,
  return_url text not null,
  placed_at timestamptz not null,

  status text not null,
  -- Counts the steps of the order; each step is decided on one version and commits only on that one.
  version integer not null default 1,
  cancel_reason text,
  -- What the customer was told: { message, code?, missing? }.
  cancel_detail json,
  paid_at timestamptz,
  updated_at timestamptz not null,

  -- One cart is bought once: a second order id for it finds the first order. Free again when nothing was bought.
  bought_cart_id uuid unique generated always as (case when status <> 'canceled' or paid_at is not null then cart_id end) stored,
  -- The list in which staff look for it. What is being checked out is on its way to the paid ones.
  filed_under text not null generated always as (
    case when status in ('partially-shipped', 'shipped', 'canceled') then status else 'paid' end) stored,

  -- Few and large: every statement that writes the table parses each of its checks anew (13 of them were 10 % of a checkout).
  constraint order_adds_up check (
    least(subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount) >= 0 and item_count > 0
    and total_amount = subtotal_amount - discount_amount + shipping_amount + case when tax_included then 0 else tax_amount end),
  constraint order_status_fits check (
    status in ('checking-out', 'awaiting-customer', 'capturing', 'paid', 'partially-shipped', 'shipped', 'canceled')
    and (status = 'canceled') = (cancel_reason is not null)
    and (status not in ('paid', 'partially-shipped', 'shipped') or paid_at is not null))
) with (fillfactor = 50, autovacuum_analyze_threshold = 50000);
-- Newest first is by number.
create index orders_of_customer on orders (customer_id, number) where customer_id is not null;
create index orders_filed on orders (filed_under, number);
create index orders_by_email on orders (lower(email), number);

-- What only an open checkout needs: the row goes when the outcome is final. It stays small, so it has no other index.
create table open_checkout (
  order_id uuid primary key,
  -- { provider, token }, to ask again.
  payment_choice json,
  next_action json,
  -- Until when the customer may act.
  deadline_at timestamptz,
  -- When the resumer takes the order up, unless a request finishes it before. Pushed forward as a lease.
  resume_at timestamptz,
  constraint one_of_both_is_next check ((deadline_at is null) <> (resume_at is null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

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
) with (autovacuum_analyze_threshold = 50000);

create table shipment (
  id uuid primary key,
  order_id uuid not null references orders,
  carrier text,
  tracking_number text,
  tracking_url text,
  -- [{ sku, quantity }]
  lines json not null,
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
  lines json not null default '[]',
  created_at timestamptz not null
);
create index refund_of_order on refund (order_id);
