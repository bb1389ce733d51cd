-- For whom stock is reserved: one reservation per order, and its lines.

create table reservation (
  order_id uuid primary key,
  -- active: held until expires_at. pinned: held while money moves. committed: sold. released, expired: given back.
  -- A release that overtakes its reservation leaves a released row without lines, and the late reservation finds it.
  status text not null check (status in ('active', 'pinned', 'committed', 'released', 'expired')),
  -- Only while active. Both indexes below are on this, not on status, so that pinned → committed updates in place.
  expires_at timestamptz,
  -- Who reserves, for the cap on reservations per person.
  holder text,
  -- The order itself is canceled: nothing may be taken for it any more.
  canceled_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint reservation_expires_while_active check ((status = 'active') = (expires_at is not null))
) with (fillfactor = 80, autovacuum_analyze_threshold = 50000);
create index reservation_due on reservation (expires_at) where expires_at is not null;
create index reservation_held on reservation (holder) where expires_at is not null and holder is not null;

-- Written with the reservation, and not changed after: the status is the reservation's.
create table reservation_line (
  order_id uuid not null,
  sku text not null,
  location text not null,
  quantity bigint not null check (quantity > 0),
  primary key (order_id, sku, location)
) with (autovacuum_analyze_threshold = 50000);
