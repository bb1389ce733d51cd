-- What every service's database holds for its messages: outbox, inbox, dead letters, and the replies of keyed requests.

-- Messages that are committed but not yet published. Stays tiny: a published row moves to outbox_sent.
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  type text not null,
  key text not null,
  envelope json not null,
  created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- The record of what was published, from which any broker can be refilled. Daily partitions, dropped after 14 days.
create table outbox_sent (
  id bigint not null,
  event_id uuid not null,
  type text not null,
  key text not null,
  envelope json not null,
  created_at timestamptz not null,
  sent_at timestamptz not null default clock_timestamp()
) partition by range (sent_at);
create table outbox_sent_rest partition of outbox_sent default;

-- One row per message and consumer that has taken effect, in the same transaction as the effect.
-- Partitioned by the time in the UUIDv7, not by arrival: only so can the key be unique across partitions.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  primary key (event_id, consumer)
) partition by range (event_id);
create table inbox_rest partition of inbox default;

-- Messages whose reaction failed: retried with back-off, and after the last try kept until a person decides.
-- While a key has a retrying row, later messages of that key wait behind it; other keys flow.
create table dead_letter (
  consumer text not null,
  event_id uuid not null,
  position bigint generated always as identity,
  type text not null,
  key text not null,
  envelope json not null,
  status text not null check (status in ('retrying', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  error text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create index on dead_letter (consumer, key, position);
create index on dead_letter (next_attempt_at) where status = 'retrying';

-- Replies of requests that carried an Idempotency-Key, stored in the transaction of their effect.
create table idempotency (
  scope text not null,
  key text not null,
  fingerprint text not null,
  status integer,
  reply json,
  created_at timestamptz not null default clock_timestamp(),
  primary key (scope, key)
);
create index on idempotency (created_at);

-- Makes the partitions of the coming days and drops those older than `days`. `kind` says what the key is: a time or a UUIDv7.
create function keep_days(parent text, kind text, days integer) returns void language plpgsql as $$
declare
  day date;
  lower_bound text;
  upper_bound text;
  old record;
begin
  perform pg_advisory_xact_lock(hashtext('keep_days'), hashtext(parent));
  for day in select generate_series(current_date, current_date + 2, interval '1 day')::date loop
    continue when to_regclass(parent || '_' || to_char(day, 'YYYYMMDD')) is not null;
    lower_bound := case kind when 'uuid' then uuid_at(day::timestamptz)::text else day::text end;
    upper_bound := case kind when 'uuid' then uuid_at((day + 1)::timestamptz)::text else (day + 1)::text end;
    execute format('create table %I partition of %I for values from (%L) to (%L) with (autovacuum_analyze_threshold = 50000)',
      parent || '_' || to_char(day, 'YYYYMMDD'), parent, lower_bound, upper_bound);
  end loop;
  for old in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_[0-9]{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - days loop
    execute format('drop table %I', old.relname);
  end loop;
end $$;

-- The smallest UUIDv7 of a moment.
create function uuid_at(moment timestamptz) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
