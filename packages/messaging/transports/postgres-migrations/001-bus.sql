-- The embedded bus: one append-only log. Appends are serialized by the row lock on bus_head, so positions become visible in
-- their own order, without gaps, and readers may use a plain cursor.
create table bus_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null
) with (fillfactor = 50);
insert into bus_head (position) values (0);

-- Not partitioned: readers ask for "what comes after this position" all the time, and a merge over the days' partitions cost
-- them more than deleting what is old in batches costs us once an hour.
create table bus_log (
  position bigint primary key,
  event_id uuid not null,
  type text not null,
  key text not null,
  envelope json not null,
  appended_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_threshold = 50000);

-- How far each group has come, and who reads for it. Advances only for the holder of the present epoch, so that a reader
-- that was paused and replaced cannot move it.
create table bus_cursor (
  group_name text primary key,
  position bigint not null,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
