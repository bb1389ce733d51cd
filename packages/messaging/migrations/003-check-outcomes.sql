-- The last outcome of each check that a service makes of its own data by schedule (packages/service/work/checks.ts). Every instance shows
-- it in its metrics, also after a restart.
create table check_outcome (
  name text primary key,
  -- Null until the check has ended once.
  violations bigint,
  checked_at timestamptz,
  -- When it is due. An instance that begins it moves this forward, as a lease.
  next_at timestamptz not null default clock_timestamp()
);
