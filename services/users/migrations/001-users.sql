-- Who somebody is: accounts, sessions, passwords, address books. better-auth reads and writes the first four tables through
-- auth-store.ts; the triggers below write an event into the outbox in the same transaction, whoever makes the change.

create table shop_user (
  id uuid primary key,
  email text not null unique check (email = lower(email)),
  name text not null,
  email_verified boolean not null default false,
  -- Never set by a request: staff are made by ensureStaff only.
  role text not null default 'customer' check (role in ('customer', 'staff')),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
-- Staff look customers up by the beginning of a name or an e-mail address.
create index on shop_user (email text_pattern_ops);
create index on shop_user (lower(name) text_pattern_ops);

create table session (
  id uuid primary key,
  user_id uuid not null references shop_user (id) on delete cascade,
  -- SHA-256 of the token: who reads this table cannot use the sessions in it.
  token_hash text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index on session (user_id);
create index on session (expires_at);

-- How an account may be entered: provider 'credential' with a password (argon2id, PHC string).
create table credential (
  id uuid primary key,
  user_id uuid not null references shop_user (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  password text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (provider_id, account_id)
);
create index on credential (user_id);

-- Links that work once (password reset). The identifier is a hash of what the link holds; the value is the user's id.
create table verification (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index on verification (identifier);
create index on verification (expires_at);

create table address (
  id uuid primary key,
  user_id uuid not null references shop_user (id) on delete cascade,
  name text not null,
  company text,
  line1 text not null,
  line2 text,
  city text not null,
  region text,
  postal_code text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  phone text,
  is_default boolean not null,
  created_at timestamptz not null default clock_timestamp()
);
create index on address (user_id, id);
-- At most one default each; that there is one as soon as there is an address is the work of addresses.ts.
create unique index address_default on address (user_id) where is_default;

-- From where somebody has signed in before. An attacker who uses up the tries of an account does not lock out its owner there.
create table known_device (
  user_id uuid not null references shop_user (id) on delete cascade,
  ip_address text not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (user_id, ip_address)
);
create index on known_device (seen_at);

-- How often something was tried in the current window. Counted before the try, in one statement, so that parallel tries are
-- counted exactly. Unlogged: a crash forgets the counts and nothing else, and counting costs no flush to the disk.
create unlogged table throttle (
  bucket text primary key,
  tries integer not null,
  -- Since the last success, over all windows.
  tries_in_a_row integer not null,
  window_ends_at timestamptz not null
);
create index on throttle (window_ends_at);

-- Puts a message into the outbox, as packages/messaging/envelope.ts does. The trace is that of the request, if it told us.
create function send_message(message_type text, message_key text, message_data json) returns void language sql as $$
  with envelope as (
    select
      uuidv7() as id,
      coalesce(
        nullif(current_setting('souk.traceparent', true), ''),
        '00-' || replace(gen_random_uuid()::text, '-', '') || '-' || left(replace(gen_random_uuid()::text, '-', ''), 16) || '-01'
      ) as traceparent
  )
  insert into outbox (event_id, type, key, envelope)
  select id, message_type, message_key, json_build_object(
    'specversion', '1.0',
    'id', id,
    'source', '/souk/users',
    'type', message_type,
    'subject', message_key,
    'time', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'datacontenttype', 'application/json',
    'traceparent', traceparent,
    'data', message_data
  )
  from envelope
$$;

create function announce_user() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform send_message('users.user-registered', new.id::text,
      json_build_object('userId', new.id, 'email', new.email, 'name', new.name));
  elsif tg_op = 'UPDATE' then
    perform send_message('users.user-updated', new.id::text,
      json_build_object('userId', new.id, 'email', new.email, 'name', new.name, 'emailVerified', new.email_verified));
  else
    perform send_message('users.user-deleted', old.id::text, json_build_object('userId', old.id));
  end if;
  return null;
end $$;
create trigger user_registered after insert on shop_user for each row execute function announce_user();
create trigger user_deleted after delete on shop_user for each row execute function announce_user();
create trigger user_updated after update on shop_user for each row
  when ((old.email, old.name, old.email_verified) is distinct from (new.email, new.name, new.email_verified))
  execute function announce_user();

create function announce_revocation() returns trigger language plpgsql as $$
begin
  perform send_message('users.session-revoked', old.user_id::text,
    json_build_object('userId', old.user_id, 'sessionId', old.id));
  return null;
end $$;
-- A session that had expired is only cleared away.
create trigger session_revoked after delete on session for each row
  when (old.expires_at > clock_timestamp())
  execute function announce_revocation();
