-- The embedded bus: one append-only log. Appends are serialized by the row lock on bus_head, so positions become visible in
-- their own order, without gaps, and readers may use a plain cursor.
create table bus_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null
) with (fillfactor = 50);
insert into bus_head (position) values (0);

create table bus_log (
  position bigint not null,
  event_id uuid not null,
  type text not null,
  key text not null,
  envelope json not null,
  appended_at timestamptz not null default clock_timestamp()
) partition by range (appended_at);
create table bus_log_rest partition of bus_log default;
create index on bus_log (position);

-- How far each group has come, and who reads for it. Advances only for the holder of the present epoch, so that a reader
-- that was paused and replaced cannot move it.
create table bus_cursor (
  group_name text primary key,
  position bigint not null,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create function keep_bus_days(days integer) returns void language plpgsql as $$
declare
  day date;
  old record;
begin
  perform pg_advisory_xact_lock(hashtext('keep_bus_days'));
  for day in select generate_series(current_date, current_date + 2, interval '1 day')::date loop
    continue when to_regclass('bus_log_' || to_char(day, 'YYYYMMDD')) is not null;
    execute format('create table %I partition of bus_log for values from (%L) to (%L)', 'bus_log_' || to_char(day, 'YYYYMMDD'), day, day + 1);
  end loop;
  -- A day goes when it is old and every group has read it.
  for old in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'bus_log'::regclass and c.relname ~ '_[0-9]{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - days loop
    execute format('drop table if exists %I', old.relname);
  end loop;
end $$;
