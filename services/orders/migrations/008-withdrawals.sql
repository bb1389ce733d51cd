-- Attempts that are counted so that nobody tries out numbers of orders, or has us write to others. Buckets hold keyed hashes, no
-- addresses. Rows whose window has ended are deleted by a schedule.
create table attempt (
  bucket text primary key,
  tries integer not null,
  window_ends_at timestamptz not null
) with (fillfactor = 70);
create index attempt_by_end on attempt (window_ends_at);

-- Declarations of withdrawal, each as it was made. Nobody needs to be signed in for one, so it may match no order.
create table withdrawal (
  -- UUIDv7 by arrival: the primary key is also the order of the list, newest first.
  id uuid primary key,
  -- Null when no order has the number and the e-mail address.
  order_id uuid references orders,
  status text not null check (status in ('announced', 'canceled', 'closed', 'unmatched')),
  number text not null,
  email text not null,
  name text not null,
  statement text,
  -- [{ sku, quantity }]; null: the whole order.
  lines json,
  -- SKUs among them for which there is no right of withdrawal.
  excluded json not null default '[]',
  is_late boolean not null,
  received_at timestamptz not null,
  -- Of what was declared. Until staff has closed a declaration, the same one again is the same.
  fingerprint text not null,
  closed_at timestamptz,
  -- The refund that closed it, or what staff wrote when they closed it without one.
  refund_id uuid,
  note text,
  check ((status in ('closed', 'canceled')) = (closed_at is not null)),
  check (status <> 'unmatched' or order_id is null)
);
create unique index withdrawal_once on withdrawal (fingerprint) where status <> 'closed';
create index withdrawal_of_order on withdrawal (order_id) where order_id is not null;
create index withdrawal_by_status on withdrawal (status, id);
